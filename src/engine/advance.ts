// The engine: `advance` takes a run and something that happened, and says what follows. Pure: the same arguments give
// the same result, and nothing that was passed in is changed (docs/architecture.md).
import { assertNever, jsonBytes } from '../definition/json';
import { LIMITS } from '../definition/limits';
import { agentFailed, agentSucceeded } from './agent';
import { cancelExecution } from './cancel';
import { breachEarliest } from './deadline';
import { dispatch } from './dispatch';
import type { Effect } from './effect';
import type { ExecutionEvent } from './event';
import { judgeDecision, recordDecision } from './human';
import type { Input, ReviewerDecided } from './input';
import type { DecisionNotRecorded, Refused, Reply } from './reply';
import { settle, stateLimitExceeded } from './rollup';
import type { Plan, Run } from './run';
import { beginTurn, effectsOf, endTurn, type Turn } from './turn';

export interface Advance {
  readonly run: Run;
  /** What this input added to the event stream, internal events included. */
  readonly events: readonly ExecutionEvent[];
  readonly effects: readonly Effect[];
  readonly reply: Reply;
}

/** A run to which nothing has happened yet: `dispatched` is its first input. */
export const NEW_RUN: Run = {
  rules: 1,
  status: 'pending',
  startedAt: 0,
  completedAt: null,
  cancelledAt: null,
  failureReason: null,
  steps: [],
  groups: {},
  seq: 0,
  log: [],
  bytes: 0,
};

/** Applies one input. An input that does not apply changes nothing and says so in its reply; it never throws. */
export function advance(plan: Plan, run: Run, input: Input): Advance {
  if (input.kind === 'reviewer-decided') {
    const refusal = refusalOf(plan, run, input);
    if (refusal) return { run, events: [], effects: [], reply: refusal };
  }
  return transition(plan, run, input);
}

/** Why a decision would change nothing, or null when it would be recorded (contract 1, steps/recordReviewerDecision). */
export function refusalOf(plan: Plan, run: Run, input: ReviewerDecided): DecisionNotRecorded | Refused | null {
  const refusal = judgeDecision(plan, run, input);
  if (refusal) return refusal;
  // Refused before it is recorded, never recorded and then fatal: so near the limit the consequences are tried out.
  if (run.bytes + jsonBytes(input.reason) < LIMITS.runBytesMax - DECISION_HEADROOM_BYTES) return null;
  const { failureReason } = transition(plan, run, input).run;
  if (failureReason?.code !== 'state-limit-exceeded') return null;
  const { message } = stateLimitExceeded(run.bytes);
  return { kind: 'refused', code: 'state-limit-exceeded', message: `${message} The decision was not recorded.` };
}

/** More than any one decision can add: 1,000 steps and their events. */
const DECISION_HEADROOM_BYTES = 1024 * 1024;

function transition(plan: Plan, run: Run, input: Input): Advance {
  const turn = beginTurn(plan, run, input.at);
  const reply = apply(turn, input);
  settle(turn);
  if (turn.seq === run.seq) return { run, events: [], effects: [], reply };
  return { run: endTurn(turn, run), events: turn.events, effects: effectsOf(turn), reply };
}

function apply(turn: Turn, input: Input): Reply {
  switch (input.kind) {
    case 'dispatched':
      return dispatch(turn, input);
    case 'reviewer-decided':
      return recordDecision(turn, input);
    case 'agent-succeeded':
      return agentSucceeded(turn, input);
    case 'agent-failed':
      return agentFailed(turn, input);
    case 'deadline-reached':
      return breachEarliest(turn);
    case 'cancel-requested':
      return cancelExecution(turn, input);
    default:
      return assertNever(input);
  }
}
