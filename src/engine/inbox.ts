// What of a run waits for one person: the human steps that they may decide on and have not (contract 1, reviews/list).
import { nodeOf } from './node';
import { reviewersOfStep, undecidedReviewers } from './reviewers';
import type { Plan, Run, Step } from './run';

export interface InboxEntry {
  readonly executionId: string;
  readonly stepId: string;
  readonly nodeId: string;
  readonly name: string | null;
  readonly definitionId: string;
  readonly definitionVersion: number;
  readonly correlationId: string;
  readonly commentBody: string | null;
  /** Whether the step cannot be approved without this person. */
  readonly mandatory: boolean;
  /** Epoch milliseconds. */
  readonly waitingSince: number;
  readonly dueAt: number | null;
}

export interface InboxQuestion {
  readonly reviewerId: string;
  /** Only steps after this position among the run's; -1 for all. A position never moves. */
  readonly after: number;
}

/** In creation order of the steps, each with its position. */
export interface InboxSlice {
  readonly found: readonly { readonly position: number; readonly entry: InboxEntry }[];
  readonly hasMore: boolean;
}

/** An answer has at most this many entries, for each may carry a long comment. */
export const INBOX_SLICE_MAX = 100;

export function inboxOf(plan: Plan, run: Pick<Run, 'steps'>, { reviewerId, after }: InboxQuestion): InboxSlice {
  const found: { position: number; entry: InboxEntry }[] = [];
  for (const [position, step] of run.steps.entries()) {
    const entry = position > after ? entryOf(plan, step, reviewerId) : null;
    if (entry === null) continue;
    if (found.length === INBOX_SLICE_MAX) return { found, hasMore: true };
    found.push({ position, entry });
  }
  return { found, hasMore: false };
}

/** Null when the step does not wait for this person. */
function entryOf(plan: Plan, step: Step, reviewerId: string): InboxEntry | null {
  const node = step.status === 'waiting' ? nodeOf(plan, step.nodeId) : null;
  if (node?.type !== 'human' || !undecidedReviewers(node, step).includes(reviewerId)) return null;
  const { executionId, correlationId } = plan.facts;
  const { definitionId, version } = plan.definition;
  return {
    executionId,
    stepId: step.stepId,
    nodeId: step.nodeId,
    name: node.name ?? null,
    definitionId,
    definitionVersion: version,
    correlationId,
    commentBody: node.config.commentBody ?? null,
    mandatory: reviewersOfStep(node, step).some(({ userId, mandatory }) => userId === reviewerId && mandatory),
    waitingSince: step.startedAt ?? 0,
    dueAt: step.dueAt,
  };
}
