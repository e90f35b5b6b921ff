// What brings an execution to its end: everybody who is asked says yes, and who waits for a callback that does not come waits
// no longer.
import type { SeenStep } from '../views';
import { responseIdsOf } from './deeds';
import { isOpen, type Watched } from './watched';

/** One round, step after step. Agents end by themselves. */
export async function beKind(watched: Watched): Promise<void> {
  for (const step of watched.steps.filter(isOpen)) await give(watched, step);
}

async function give(watched: Watched, step: SeenStep): Promise<void> {
  const { stepId, status } = step;
  if (status !== 'waiting') return;
  const node = watched.nodeOf(step);
  if (node.type === 'human') {
    for (const reviewerId of reviewersIn(step)) {
      await watched.ask('steps/recordReviewerDecision', { stepId, reviewerId, decision: 'approve' });
    }
  } else if (node.type === 'agent') {
    for (const responseId of responseIdsOf(step)) {
      const resolved = { stepId, responseId, resolution: 'resolved', actorId: 'ann' };
      await watched.ask('steps/recordAgentResolution', resolved);
    }
  } else {
    await watched.ask('steps/resolve', { stepId, action: 'force-complete', actorId: 'boss' });
  }
}

/** As they are now: a part may have been passed on. */
function reviewersIn({ output }: SeenStep): readonly string[] {
  return (output as { readonly reviewerIds?: readonly string[] } | null)?.reviewerIds ?? [];
}
