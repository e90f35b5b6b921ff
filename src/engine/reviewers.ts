// Who may decide on a human step: its node's reviewers, each part held by whom it was last passed to (contract 4 section 4).
import { type HumanNode, type Reviewer, reviewersOf } from '../definition/definition';
import type { Step } from './run';

/** In the order of the definition: who takes over a part takes its place and whether it is mandatory. */
export function reviewersOfStep({ config }: HumanNode, { reassignments }: Pick<Step, 'reassignments'>) {
  return reassignments.reduce<readonly Reviewer[]>(
    (reviewers, { fromReviewerId, toReviewerId }) =>
      reviewers.map((reviewer) =>
        reviewer.userId === fromReviewerId ? { ...reviewer, userId: toReviewerId } : reviewer,
      ),
    reviewersOf(config),
  );
}

export function isReviewer(node: HumanNode, step: Pick<Step, 'reassignments'>, userId: string): boolean {
  return reviewersOfStep(node, step).some((reviewer) => reviewer.userId === userId);
}

/** Who still has to decide on a step: nobody once it has ended. */
export function undecidedReviewers(node: HumanNode, step: Step): readonly string[] {
  return step.status === 'waiting' ? withoutDecision(node, step) : [];
}

export function withoutDecision(node: HumanNode, step: Pick<Step, 'reassignments' | 'responses'>): readonly string[] {
  const decided = new Set(step.responses.map((response) => response.reviewerId));
  return reviewersOfStep(node, step)
    .map((reviewer) => reviewer.userId)
    .filter((userId) => !decided.has(userId));
}
