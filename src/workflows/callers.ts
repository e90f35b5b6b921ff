// What callers can ask of an execution: updates and their validators, the signal, the queries.
import { ApplicationFailure, defineQuery, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import { refusalOf } from '../engine/advance';
import type { CancelReply, DecisionReply } from '../engine/reply';
import { type ExecutionView, viewOf } from '../engine/view';
import { type CancelRequest, QUERY, REFUSED, type ReviewerDecision, SIGNAL, UPDATE } from './contract';
import { parseCancelReason, parseDecision } from './incoming';
import type { Shell } from './shell';

const recordReviewerDecision = defineUpdate<DecisionReply, [ReviewerDecision]>(UPDATE.recordReviewerDecision);
const cancelExecution = defineUpdate<CancelReply, [CancelRequest | undefined]>(UPDATE.cancelExecution);
const reviewerDecision = defineSignal<[ReviewerDecision]>(SIGNAL.reviewerDecision);
const view = defineQuery<ExecutionView>(QUERY.view);
const judgeDecision = defineQuery<DecisionReply | null, [ReviewerDecision]>(QUERY.judgeDecision);

/** Registers every handler; must be called before the workflow first waits. */
export function serveCallers(shell: Shell): void {
  serveDecisions(shell);
  serveCancel(shell);
  setHandler(view, () => viewOf(shell.plan, shell.run()), { description: 'The execution as executions/get shows it.' });
}

function serveDecisions(shell: Shell): void {
  const read = (decision: ReviewerDecision) => parsed(parseDecision(decision, Date.now()));
  const judge = (decision: ReviewerDecision) => refusalOf(shell.plan, shell.run(), read(decision));

  setHandler(recordReviewerDecision, (decision) => shell.apply(read(decision), 'update') as DecisionReply, {
    description: 'Records the decision of one reviewer on a waiting human step.',
    // A refusal here is recorded nowhere: to ask twice costs no history.
    validator: (decision) => {
      const refusal = judge(decision);
      if (refusal) throw failure(REFUSED, refusal.kind, [refusal]);
    },
  });
  setHandler(
    reviewerDecision,
    (decision) => {
      const input = parseDecision(decision, Date.now());
      if (typeof input !== 'string') shell.apply(input, 'recorded');
    },
    { description: 'The update recordReviewerDecision without an answer: what is not recordable changes nothing.' },
  );
  setHandler(judgeDecision, judge, { description: 'What a decision would be refused with, or null.' });
}

function serveCancel(shell: Shell): void {
  const read = (request?: CancelRequest) => parsed(parseCancelReason(request));
  setHandler(
    cancelExecution,
    (request) => shell.apply({ kind: 'cancel-requested', at: Date.now(), ...read(request) }, 'update') as CancelReply,
    {
      description: 'Cancels the execution; answers false when it had already ended.',
      validator: (request) => void read(request),
    },
  );
}

/** A malformed argument is refused with a sentence; only an ApplicationFailure leaves the workflow task whole. */
function parsed<T extends object>(input: T | string): T {
  if (typeof input !== 'string') return input;
  throw failure('malformed', input);
}

const failure = (type: string, message: string, details: unknown[] = []): ApplicationFailure =>
  ApplicationFailure.create({ type, message, details, nonRetryable: true });
