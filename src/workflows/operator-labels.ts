// What an operator sees and filters by in the Temporal UI while an execution lives.

import { defaultPayloadConverter, defineSearchAttributeKey } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { isTerminal } from '../engine/cancel';
import { nextWake } from '../engine/deadline';
import type { Plan, Run, Step } from '../engine/run';
import { isOpen } from '../engine/turn';
import { pendingReviewers } from '../engine/view';
import type { Command } from './activation';
import { EVERY_REVIEWER, PENDING_REVIEWERS_BYTES_MAX, searchableReviewer } from './contract/names';
import { asWritten } from './contract/operator-text';

const PENDING_REVIEWERS = defineSearchAttributeKey('PendingReviewers', 'KEYWORD_LIST');
const STEPS_SHOWN_MAX = 20;

export interface OperatorLabels {
  /** Shows the run as it stands. */
  show(run: Run): void;
  /** What the search attribute says. */
  pendingReviewers(): readonly string[];
  /** Says the same once more, for the sake of the event (docs/decisions/0147-times-after-a-replay.md). */
  saidAgain(): Command;
}

/**
 * `alreadyShown` is what the run of the workflow before this one left in the search attribute. `showsAtOnce` shows it once more
 * when the run begins, for the sake of the event (docs/decisions/0116-runs-begin-first.md).
 */
export function operatorLabels(
  plan: Plan,
  alreadyShown: readonly string[],
  { showsAtOnce, encodesApostrophes }: { readonly showsAtOnce: boolean; readonly encodesApostrophes: boolean },
): OperatorLabels {
  let shown = alreadyShown;
  let isFirst = showsAtOnce;
  return {
    show(run) {
      const pending = isTerminal(run) ? [] : withinLimit(pendingReviewers(plan, run), encodesApostrophes);
      if (isFirst || isWorthAnEvent(shown, pending)) {
        isFirst = false;
        upsertSearchAttributes([{ key: PENDING_REVIEWERS, value: pending }]);
        shown = pending;
      }
      setCurrentDetails(detailsOf(run));
    },
    pendingReviewers: () => shown,
    saidAgain() {
      const payload = defaultPayloadConverter.toPayload(shown);
      const metadata = { ...payload?.metadata, type: new TextEncoder().encode('KeywordList') };
      const indexedFields = { [PENDING_REVIEWERS.name]: { ...payload, metadata } };
      return { upsertWorkflowSearchAttributes: { searchAttributes: { indexedFields } } };
    },
  };
}

/**
 * Whoever is waited for is among those shown; of those shown, at least half are waited for or nobody is. What reads
 * the attribute verifies it by the execution's own state anyway (contract 1 section 3), so a step with n reviewers costs
 * about log n events instead of n, and the last of them leaves none.
 */
function isWorthAnEvent(shown: readonly string[], pending: readonly string[]): boolean {
  const missing = pending.some((reviewer) => !shown.includes(reviewer));
  return missing || (pending.length > 0 && pending.length * 2 < shown.length);
}

function withinLimit(reviewers: readonly string[], encodesApostrophes: boolean): string[] {
  // Three bytes is the most that one UTF-16 code unit takes in UTF-8.
  const searchable = reviewers.map((userId) => searchableReviewer(userId, { encodesApostrophes }));
  const bytes = searchable.reduce((sum, reviewer) => sum + 3 * reviewer.length, 0);
  return bytes <= PENDING_REVIEWERS_BYTES_MAX ? searchable : [EVERY_REVIEWER];
}

/** Markdown: the status, then a list of the open steps, why it failed when it did, and what is due next. */
function detailsOf(run: Run): string {
  const open = run.steps.filter((step) => isOpen(step.status));
  const steps = open.slice(0, STEPS_SHOWN_MAX).map((step) => `- \`${step.nodeId}\` ${step.status}${sinceOf(step)}`);
  if (open.length > STEPS_SHOWN_MAX) steps.push(`- and ${open.length - STEPS_SHOWN_MAX} more`);
  const failure = run.failureReason && `\`${run.failureReason.code}\`: ${asWritten(run.failureReason.message)}`;
  const wake = nextWake(run);
  const due = wake && `next ${wake.kind}: \`${wake.nodeId}\` at ${new Date(wake.at).toISOString()}`;
  // The Temporal UI shows a list only where an empty line stands before it.
  const parts = [`**${run.status}**, ${run.steps.length} steps so far`, steps.join('\n'), failure, due];
  return parts.filter(Boolean).join('\n\n');
}

function sinceOf(step: Step): string {
  return step.startedAt === null ? '' : ` since ${new Date(step.startedAt).toISOString()} (\`${step.stepId}\`)`;
}
