// A recorded story: a definition, and what happens to one execution of it on a real server.
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { FinalAgentError, type ModuleAgent } from '../../../src/activities/agents/agent';
import type { ExecutionView, StepView, ViewPage } from '../../../src/engine/view';
import type { ExecutionContext } from '../../../src/workflows/contract/execution';
import { SIGNAL, type StepUpdate, type StepUpdateArguments, UPDATE } from '../../../src/workflows/contract/messages';
import type { Shape } from '../../engine/scene';
import type { Harness, Started } from '../../workflows/harness';

export interface Scenario {
  /** The name of its file: what happens in it. */
  readonly name: string;
  readonly shape: Shape | ((surroundings: Surroundings) => Shape);
  readonly context?: (surroundings: Surroundings) => Partial<ExecutionContext>;
  readonly play: (story: Story) => Promise<unknown>;
  /** Histories to keep beside the execution's own, by workflow id. */
  readonly alsoKeep?: (started: Started) => readonly { readonly name: string; readonly workflowId: string }[];
}

/** A story of another workflow than an execution's; whoever plays it says which one. */
export interface OtherScenario {
  readonly name: string;
  /** The id of the workflow whose runs are kept, once nothing more happens to it. */
  readonly play: (surroundings: Surroundings) => Promise<string>;
}

/** What the recorder has set up around the executions. */
export interface Surroundings {
  readonly harness: Harness;
  /** `host:port` of a receiver that answers with the status at the end of the path, or with 200, and of a port where nobody listens. */
  readonly receiver: string;
  readonly nobody: string;
  /** The task queue of a second worker, which has the activities `greet` and `break`. */
  readonly elsewhere: string;
}

const ok = async () => ({ done: true });
const untilAborted: ModuleAgent = (_call, { signal }) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('told to stop')), { once: true });
  });

/** The agents that the recorder's worker has, by their ids. */
export const AGENTS: Readonly<Record<string, ModuleAgent>> = {
  ok,
  approve: async () => ({ decision: 'approve' }),
  reject: async () => ({ decision: 'reject', reason: 'not good enough' }),
  rejectLater: async () => {
    await sleep(100);
    return { decision: 'reject' };
  },
  fail: async () => {
    throw new FinalAgentError('fails for good');
  },
  flaky: async ({ attempt }) => {
    if (attempt === 1) throw new Error('fails at first');
    return { attempt };
  },
  never: async () => {
    throw new Error('fails each time');
  },
  empty: async () => ({}),
  list: (async () => [1]) as unknown as ModuleAgent,
  huge: async () => ({ text: 'x'.repeat(300 * 1024) }),
  hang: untilAborted,
  two: async () => ({ responses: [{ responseId: 'a' }, { responseId: 'b' }] }),
  doubles: async () => ({ responses: [{ responseId: 'a' }, { responseId: 'a' }] }),
};

/** An execution while it is played with. */
export interface Story {
  readonly handle: WorkflowHandle;
  view(): Promise<ExecutionView>;
  /** The newest step of a node once it has this status. */
  step(nodeId: string, status?: StepView['status']): Promise<StepView>;
  approve(nodeId: string, reviewerId?: string): Promise<void>;
  reject(nodeId: string, reviewerId?: string): Promise<void>;
  update<U extends StepUpdate>(name: U, nodeId: string, rest: Omit<StepUpdateArguments[U], 'stepId'>): Promise<void>;
  override(nodeId: string, action: StepUpdateArguments['resolveStep']['action'], rest?: object): Promise<void>;
  resolve(nodeId: string, responseId: string, resolution?: 'resolved' | 'rejected'): Promise<void>;
  cancelStep(nodeId: string): Promise<void>;
  reassign(nodeId: string, fromReviewerId: string, toReviewerId: string): Promise<void>;
  /** Until this many events have happened. */
  happened(seq: number): Promise<void>;
  signal(nodeId: string, reviewerId: string, decision?: 'approve' | 'reject'): Promise<void>;
  cancel(reason?: string): Promise<void>;
  /** Until the workflow has closed, however that was. */
  ended(): Promise<void>;
}

export function storyOf({ handle, view, viewWhen }: Started): Story {
  const newest = (seen: ExecutionView, nodeId: string) => seen.steps.findLast((step) => step.nodeId === nodeId);
  const step: Story['step'] = async (nodeId, status = 'waiting') => {
    const seen = await viewWhen((it) => newest(it, nodeId)?.status === status);
    return newest(seen, nodeId)!;
  };
  const update: Story['update'] = async (name, nodeId, rest) => {
    const seen = await viewWhen((it) => newest(it, nodeId) !== undefined);
    const ask = () => handle.executeUpdate(UPDATE[name], { args: [{ ...rest, stepId: newest(seen, nodeId)!.stepId }] });
    // What closes an execution may meet an event that has just arrived; its workflow task is then lost, and asked for again.
    await ask().catch((error: unknown) =>
      String((error as Error).cause).includes('task failure') ? ask() : Promise.reject(error),
    );
  };
  const decide = async (nodeId: string, reviewerId: string, decision: 'approve' | 'reject') => {
    await step(nodeId);
    await update('recordReviewerDecision', nodeId, { reviewerId, decision, reason: `${decision}d` });
  };
  return {
    handle,
    view,
    step,
    update,
    approve: (nodeId, reviewerId = 'ada') => decide(nodeId, reviewerId, 'approve'),
    reject: (nodeId, reviewerId = 'ada') => decide(nodeId, reviewerId, 'reject'),
    override: (nodeId, action, rest = {}) => update('resolveStep', nodeId, { action, actorId: 'ada', ...rest }),
    async resolve(nodeId, responseId, resolution = 'resolved') {
      await step(nodeId);
      await update('recordAgentResolution', nodeId, { responseId, resolution, actorId: 'rita' });
    },
    cancelStep: (nodeId) => update('cancelStep', nodeId, { actorId: 'ada', reason: 'not needed' }),
    async reassign(nodeId, fromReviewerId, toReviewerId) {
      await step(nodeId);
      await update('reassignReviewer', nodeId, { fromReviewerId, toReviewerId, actorId: 'ada' });
    },
    async happened(seq) {
      await viewWhen((it) => (it as ViewPage).seq >= seq);
    },
    async signal(nodeId, reviewerId, decision = 'approve') {
      const { stepId } = await step(nodeId);
      await handle.signal(SIGNAL.reviewerDecision, { stepId, reviewerId, decision });
    },
    cancel: (reason) => handle.executeUpdate(UPDATE.cancelExecution, { args: [{ reason }] }),
    async ended() {
      await handle.result().catch(() => undefined);
    },
  };
}
