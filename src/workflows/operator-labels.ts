// What an operator sees and filters by in the Temporal UI while an execution lives.

import { defineSearchAttributeKey } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { nextDeadlineAt, nextDeadlineNodeId } from '../engine/deadline';
import type { Plan, Run, Step } from '../engine/run';
import { isOpen } from '../engine/turn';
import { pendingReviewers } from '../engine/view';
import { PENDING_REVIEWERS_BYTES_MAX } from './contract';

const PENDING_REVIEWERS = defineSearchAttributeKey('PendingReviewers', 'KEYWORD_LIST');
const STEPS_SHOWN_MAX = 20;

/** Gives a function that shows the run as it stands; it writes to history only when the reviewers changed. */
export function operatorLabels(plan: Plan): (run: Run) => void {
  let shown = '[]';
  return (run) => {
    const reviewers = withinLimit(pendingReviewers(plan, run));
    const now = JSON.stringify(reviewers);
    if (now !== shown) {
      upsertSearchAttributes([{ key: PENDING_REVIEWERS, value: reviewers }]);
      shown = now;
    }
    setCurrentDetails(detailsOf(run));
  };
}

function withinLimit(reviewers: readonly string[]): string[] {
  // Three bytes is the most that one UTF-16 code unit takes in UTF-8.
  const bytes = reviewers.reduce((sum, reviewer) => sum + 3 * reviewer.length, 0);
  return bytes <= PENDING_REVIEWERS_BYTES_MAX ? [...reviewers] : ['*'];
}

/** Markdown: the status, then a line for each open step, and why it failed when it did. */
function detailsOf(run: Run): string {
  const lines = [`**${run.status}**, ${run.steps.length} steps so far`];
  const open = run.steps.filter((step) => isOpen(step.status));
  for (const step of open.slice(0, STEPS_SHOWN_MAX)) lines.push(`- \`${step.nodeId}\` ${step.status}${sinceOf(step)}`);
  if (open.length > STEPS_SHOWN_MAX) lines.push(`- and ${open.length - STEPS_SHOWN_MAX} more`);
  if (run.failureReason) lines.push(`\`${run.failureReason.code}\`: ${run.failureReason.message}`);
  const dueAt = nextDeadlineAt(run);
  if (dueAt !== null) lines.push(`next deadline: \`${nextDeadlineNodeId(run)}\` at ${new Date(dueAt).toISOString()}`);
  return lines.join('\n');
}

function sinceOf(step: Step): string {
  return step.startedAt === null ? '' : ` since ${new Date(step.startedAt).toISOString()} (\`${step.stepId}\`)`;
}
