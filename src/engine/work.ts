// The work that runs for a run as it stands: a run that is continued as new must ask for it again.
import { assertNever } from '../definition/json';
import { agentWork } from './agent';
import type { Work } from './effect';
import { nodeOf } from './node';
import { notificationWork } from './notification';
import type { Plan, Run, Step } from './run';
import { webhookWork } from './webhook';

/** In creation order of the steps. A receiver knows what is asked for twice by its idempotency key. */
export function workInFlight(plan: Plan, run: Run): readonly Work[] {
  return run.steps.flatMap((step) => (step.status === 'running' ? (workOf(plan, run, step) ?? []) : []));
}

function workOf(plan: Plan, run: Run, step: Step): Work | null {
  const node = nodeOf(plan, step.nodeId);
  switch (node.type) {
    case 'agent':
      return agentWork(plan, run, { node, step });
    case 'webhook':
      return webhookWork(plan, run, step);
    case 'notification':
      return notificationWork(plan, run, { node, step });
    case 'human':
      return null;
    default:
      return assertNever(node);
  }
}
