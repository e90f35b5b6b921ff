// The engine: `advance` takes a run and something that happened, and says what follows. Pure: the same arguments give
// the same result, and nothing that was passed in is changed (docs/architecture.md).
import { assertNever, jsonBytes } from '../definition/json';
import { LIMITS } from '../definition/limits';
import { agentFailed, agentSucceeded } from './agent';
import { judgeResolution, recordResolution } from './blocking';
import { judgeCallback, recordCallback } from './callback';
import { cancelExecution, cancelOneStep, judgeStepCancel } from './cancel';
import { passTime } from './deadline';
import { dispatch } from './dispatch';
import type { Effect } from './effect';
import type { ExecutionEvent } from './event';
import { judgeDecision, recordDecision } from './human';
import type { CallerInput, Input } from './input';
import { notificationFailed, notificationSent } from './notification';
import { judgeOverride, overrideStep } from './override';
import { judgeReassign, reassign } from './reassign';
import { refused } from './refusal';
import type { NotApplied, Reply } from './reply';
import { settle } from './rollup';
import type { Plan, Run } from './run';
import { beginTurn, effectsOf, endTurn, type Turn } from './turn';
import { webhookAnswered, webhookFailed } from './webhook';

export interface Advance {
  readonly run: Run;
  /** What this input added to the event stream, internal events included. */
  readonly events: readonly ExecutionEvent[];
  readonly effects: readonly Effect[];
  readonly reply: Reply;
}

/**
 * The newest rules that this engine knows; an execution is walked by those that it was dispatched with (docs/architecture.md).
 * 1 and 2 are the same walk: builds that know only 1 would also take up what `ReplayRules` forbids them
 * (docs/decisions/0111-rules-that-are-not-known.md).
 */
export const RULES = 2;

/** A run to which nothing has happened yet: `dispatched` is its first input. */
export const NEW_RUN: Run = {
  nonce: '',
  status: 'pending',
  startedAt: 0,
  completedAt: null,
  cancelledAt: null,
  failureReason: null,
  steps: [],
  groups: {},
  loops: {},
  openSteps: 0,
  nextDue: null,
  seq: 0,
  conditionWork: 0,
  log: [],
  bytes: 400,
};

/** Applies one input. An input that does not apply changes nothing and says so in its reply; it never throws. */
export function advance(plan: Plan, run: Run, input: Input): Advance {
  if (isOfCaller(input)) {
    const refusal = refusalOf(plan, run, input);
    if (refusal) return { run, events: [], effects: [], reply: refusal };
  }
  return transition(plan, run, input);
}

/** What a person can do whose decision has no room any more (docs/decisions/0130-cancels-of-steps-fit.md). */
const WHAT_MAY_FIT = 'A shorter reason or output may fit, and executions/cancel always does.';

/** Why what a caller asks for would change nothing, or null when it would be recorded. */
export function refusalOf(plan: Plan, run: Run, input: CallerInput): NotApplied | null {
  const refusal = judge(plan, run, input);
  if (refusal || mayBeFatal(plan, input)) return refusal;
  // Refused before it is recorded, never recorded and then fatal: so near the limit the consequences are tried out.
  if (run.bytes + jsonBytes({ ...input }) < LIMITS.runBytesMax - HEADROOM_BYTES) return null;
  const { failureReason } = transition(plan, run, input).run;
  if (failureReason?.code !== 'state-limit-exceeded') return null;
  const { code, message } = failureReason;
  return refused(code, `${message} Nothing was recorded (${code}). ${WHAT_MAY_FIT}`);
}

/** In earlier executions the cancel of a step is recorded whatever follows from it. */
const mayBeFatal = ({ facts }: Plan, { kind }: CallerInput): boolean =>
  kind === 'step-cancel-requested' && facts.refusesFatalCancels !== true;

/** More than what any one of them can add, its own size aside: 1,000 steps and their events. */
const HEADROOM_BYTES = 1024 * 1024;

function isOfCaller(input: Input): input is CallerInput {
  switch (input.kind) {
    case 'reviewer-decided':
    case 'agent-resolved':
    case 'step-overridden':
    case 'step-cancel-requested':
    case 'reviewer-reassigned':
    case 'webhook-called-back':
      return true;
    case 'dispatched':
    case 'agent-succeeded':
    case 'agent-failed':
    case 'webhook-answered':
    case 'webhook-failed':
    case 'notification-sent':
    case 'notification-failed':
    case 'deadline-reached':
    case 'cancel-requested':
      return false;
    default:
      return assertNever(input);
  }
}

function judge(plan: Plan, run: Run, input: CallerInput): NotApplied | null {
  switch (input.kind) {
    case 'reviewer-decided':
      return judgeDecision(plan, run, input);
    case 'agent-resolved':
      return judgeResolution(plan, run, input);
    case 'step-overridden':
      return judgeOverride(plan, run, input);
    case 'step-cancel-requested':
      return judgeStepCancel(run, input);
    case 'reviewer-reassigned':
      return judgeReassign(plan, run, input);
    case 'webhook-called-back':
      return judgeCallback(plan, run, input);
    default:
      return assertNever(input);
  }
}

function transition(plan: Plan, run: Run, input: Input): Advance {
  const turn = beginTurn(plan, run, input.at);
  const reply = apply(turn, run, input);
  settle(turn);
  if (turn.seq === run.seq) return { run, events: [], effects: [], reply };
  return { run: endTurn(turn, run), events: turn.events, effects: effectsOf(turn), reply };
}

function apply(turn: Turn, { nextDue }: Run, input: Input): Reply {
  switch (input.kind) {
    case 'dispatched':
      return dispatch(turn, input);
    case 'reviewer-decided':
      return recordDecision(turn, input);
    case 'agent-resolved':
      return recordResolution(turn, input);
    case 'step-overridden':
      return overrideStep(turn, input);
    case 'step-cancel-requested':
      return cancelOneStep(turn, input);
    case 'reviewer-reassigned':
      return reassign(turn, input);
    case 'agent-succeeded':
      return agentSucceeded(turn, input);
    case 'agent-failed':
      return agentFailed(turn, input);
    case 'webhook-answered':
      return webhookAnswered(turn, input);
    case 'webhook-failed':
      return webhookFailed(turn, input);
    case 'notification-sent':
      return notificationSent(turn, input);
    case 'notification-failed':
      return notificationFailed(turn, input);
    case 'webhook-called-back':
      return recordCallback(turn, input);
    case 'deadline-reached':
      return passTime(turn, nextDue);
    case 'cancel-requested':
      return cancelExecution(turn, input);
    default:
      return assertNever(input);
  }
}
