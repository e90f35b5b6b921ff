// What an agent's run came to, read off what its activity returned or failed with.
import { ActivityFailure, ApplicationFailure, rootCause, TimeoutFailure, workflowInfo } from '@temporalio/workflow';
import type { JsonObject } from '../definition/json';
import type { WorkInput } from '../engine/input';
import type { StepError } from '../engine/run';
import { AGENT_FAILURE_CODES, type AgentReport } from './contract/activities';
import { timeOfNews } from './news-in-turn';
import { isOutput, toldAtIn } from './results';
import type { Origin } from './shell';
import { diedWithItsWorker } from './worker-death';

export type AgentOutcome =
  | ({ readonly kind: 'succeeded'; readonly result: JsonObject } & AgentEnd)
  | ({ readonly kind: 'failed'; readonly error: StepError } & AgentEnd);

interface AgentEnd {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly origin: Exclude<Origin, 'update'>;
}

/** What an agent of another worker returned, or an operator said: when, the history does not say. */
export interface UntimedReport {
  readonly result: JsonObject;
  readonly endedAt: null;
}

export interface AgentFailureReport extends StepError {
  /** Epoch milliseconds; null when the history does not tell. */
  readonly endedAt: number | null;
  /** No further attempt may be made. */
  readonly isFinal: boolean;
  /** Whether the agent itself failed; running out of the local time limit is no attempt. */
  readonly isAttempt: boolean;
}

export function inputOf(stepId: string, outcome: AgentOutcome): WorkInput {
  const { at } = outcome;
  if (outcome.kind === 'failed') return { kind: 'agent-failed', at, stepId, error: outcome.error };
  return { kind: 'agent-succeeded', at, stepId, result: outcome.result };
}

export const succeeded = (
  { result, endedAt }: AgentReport | UntimedReport,
  origin: AgentEnd['origin'],
): AgentOutcome => ({
  kind: 'succeeded',
  result,
  at: endedAt ?? timeOfNews(),
  origin,
});

/** What the engine keeps of a failure, and shows: its code and its message. */
export const failed = ({ code, message, endedAt }: AgentFailureReport, origin: AgentEnd['origin']): AgentOutcome => ({
  kind: 'failed',
  error: { code, message },
  at: endedAt ?? timeOfNews(),
  origin,
});

/** An operator may complete the activity in Temporal, and gives what the agent would have returned, with or without its time. */
export function reportIn(told: unknown): AgentReport | UntimedReport {
  const { result, endedAt } = (told ?? {}) as Partial<Record<keyof AgentReport, unknown>>;
  if (isOutput(result) && typeof endedAt === 'number') {
    return isLikely(endedAt) ? { result, endedAt } : { result, endedAt: null };
  }
  if (isOutput(told)) return { result: told, endedAt: null };
  throw agentFailed('The activity of the agent was completed in Temporal with what is no object.');
}

/** A time in another unit would move the execution's clock for good, and with it every deadline. */
const isLikely = (endedAt: number): boolean =>
  endedAt >= 0 && endedAt <= workflowInfo().startTime.getTime() + RUNTIME_MS_MAX;

/** Ten years: no execution is older. */
const RUNTIME_MS_MAX = 10 * 366 * 24 * 3_600_000;

/** The activity says with the type of its failure what went wrong, and whether that is final. */
export function failureOf(error: unknown): AgentFailureReport {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) {
    const { type, message, nonRetryable } = cause;
    const code = AGENT_FAILURE_CODES.find((known) => known === type) ?? 'agent-failed';
    return { code, message, endedAt: toldAtIn(cause), isFinal: nonRetryable === true, isAttempt: true };
  }
  if (cause instanceof TimeoutFailure) {
    const message = diedWithItsWorker(error)
      ? 'The worker that ran the agent stopped answering, time and again.'
      : 'The agent did not end in time.';
    return { code: 'agent-timeout', message, endedAt: null, isFinal: false, isAttempt: false };
  }
  const message = rootCause(error) ?? 'The agent failed.';
  return { code: 'agent-failed', message, endedAt: null, isFinal: true, isAttempt: true };
}

/** The same where only our own activities tell the time: the details of another worker's failure are its own affair. */
export const untimedFailureOf = (error: unknown): AgentFailureReport => ({ ...failureOf(error), endedAt: null });

export const agentFailed = (message: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(message, 'agent-failed');
