// Stories of what workers have begun that are gone.
import { agent } from '../../engine/scene';
import { cancelledMeanwhile, cutAndLost } from '../../workflows/cut-task';
import { startHarness } from '../../workflows/harness';
import type { OtherScenario } from './scenario';

/** Cancelled by a decision that came with the run's second task, of which the first left nothing (decision 0145). */
export const LOST_SCENARIOS: readonly OtherScenario[] = [
  {
    name: 'cancelled-after-a-lost-first-task',
    async play() {
      const harness = await startHarness({ agents: { quick: async () => ({}) } });
      await harness.stopWorker();
      const started = await harness.start({ nodes: [agent('draft', { agentId: 'quick' })] });
      await cutAndLost(harness, started);
      const stop = await cancelledMeanwhile(harness, started);
      await stop();
      await harness.close();
      return started.handle.workflowId;
    },
  },
];
