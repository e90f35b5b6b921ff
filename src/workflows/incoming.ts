// What callers send to an execution, checked by hand: any Temporal client may send anything, and an exception in a
// handler would make the workflow task fail for ever. (zod stays out of the bundle: it costs a megabyte per worker.)
import { isDeeper, type JsonObject } from '../definition/json';
import { LIMITS } from '../definition/limits';
import { wholeJson, wholeText } from '../definition/whole-characters';
import type {
  AgentResolved,
  CallerInput,
  ReviewerDecided,
  ReviewerReassigned,
  StepCancelRequested,
  StepOverridden,
  WebhookCalledBack,
} from '../engine/input';
import { OVERRIDE_ACTIONS } from '../engine/run';
import type { StepUpdate } from './contract/messages';

/**
 * With U+FFFD for half a character in its reason: the API takes none, a plain client of Temporal may send one, and strict readers of
 * JSON would refuse all of the execution for it.
 */
export function withWholeReason(argument: unknown): unknown {
  if (!isRecord(argument)) return argument;
  const texts = ['reason', 'error'].flatMap((field) => {
    const text = argument[field];
    return typeof text === 'string' ? [[field, wholeText(text)]] : [];
  });
  return { ...argument, ...Object.fromEntries(texts) };
}

/**
 * The same for all its texts, and for its output: nobody could decide through the API by an id that has half a character, and what reads
 * an output may be strict.
 */
export function withWholeTexts(argument: unknown): unknown {
  if (!isRecord(argument)) return argument;
  return Object.fromEntries(Object.entries(argument).map(([field, value]) => [field, whole(value)]));
}

/** What is nested too deeply to be written as JSON is taken nowhere. */
function whole(value: unknown): unknown {
  if (typeof value === 'string') return wholeText(value);
  return isRecord(value) && !isDeeper(value, LIMITS.jsonDepthMax) ? wholeJson(value as JsonObject) : value;
}

/** An argument as the engine takes it, or a sentence that says what is wrong with it. */
type Parser<T> = (argument: unknown, at: number, fits: Fits) => T | string;

/** Whether a text is at most so long. */
export type Fits = (text: string, lengthMax: number) => boolean;

/** In characters, as the API and its schemas count them (decision 0115). */
export const inCharacters: Fits = (text, lengthMax) =>
  text.length <= lengthMax || (text.length <= 2 * lengthMax && [...text].length <= lengthMax);

/** In UTF-16 code units, of which an emoji has two: executions that were dispatched before characters counted. */
export const inCodeUnits: Fits = (text, lengthMax) => text.length <= lengthMax;

export const STEP_PARSERS = {
  recordReviewerDecision: parseDecision,
  recordAgentResolution: parseResolution,
  resolveStep: parseOverride,
  cancelStep: parseStepCancel,
  reassignReviewer: parseReassignment,
  callBackStep: parseCallback,
} as const satisfies Record<StepUpdate, Parser<CallerInput>>;

export function parseDecision(argument: unknown, at: number, fits: Fits): ReviewerDecided | string {
  const expected = 'expected { stepId, reviewerId, decision: "approve" | "reject", reason? }';
  if (!isRecord(argument)) return `${expected}, got ${describe(argument)}`;
  const { stepId, reviewerId, decision } = argument;
  if (!isText(stepId, LIMITS.stepIdLengthMax, fits)) return `${expected}: stepId must be a step's id`;
  if (!isText(reviewerId, LIMITS.userIdLengthMax, fits)) return `${expected}: reviewerId must be a reviewer's userId`;
  if (decision !== 'approve' && decision !== 'reject') return `${expected}: decision must be "approve" or "reject"`;
  const reason = parseReason(argument.reason, LIMITS.decisionReasonLengthMax, fits);
  if (reason === undefined) return `${expected}: ${tooLong(LIMITS.decisionReasonLengthMax)}`;
  return { kind: 'reviewer-decided', at, stepId, reviewerId, decision, reason };
}

function parseResolution(argument: unknown, at: number, fits: Fits): AgentResolved | string {
  const expected = 'expected { stepId, responseId, resolution: "resolved" | "rejected", actorId, reason? }';
  if (!isRecord(argument)) return `${expected}, got ${describe(argument)}`;
  const { stepId, responseId, resolution, actorId } = argument;
  if (!isText(stepId, LIMITS.stepIdLengthMax, fits)) return `${expected}: stepId must be a step's id`;
  if (!isText(responseId, LIMITS.userIdLengthMax, fits)) return `${expected}: responseId must be the id of a response`;
  if (resolution !== 'resolved' && resolution !== 'rejected') {
    return `${expected}: resolution must be "resolved" or "rejected"`;
  }
  if (!isText(actorId, LIMITS.actorIdLengthMax, fits)) return `${expected}: actorId must say who resolves it`;
  const reason = parseReason(argument.reason, LIMITS.decisionReasonLengthMax, fits);
  if (reason === undefined) return `${expected}: ${tooLong(LIMITS.decisionReasonLengthMax)}`;
  return { kind: 'agent-resolved', at, stepId, responseId, resolution, actorId, reason };
}

function parseOverride(argument: unknown, at: number, fits: Fits): StepOverridden | string {
  const expected = 'expected { stepId, action, actorId, output?, reason? }';
  if (!isRecord(argument)) return `${expected}, got ${describe(argument)}`;
  const { stepId, actorId } = argument;
  const action = OVERRIDE_ACTIONS.find((known) => known === argument.action);
  if (!isText(stepId, LIMITS.stepIdLengthMax, fits)) return `${expected}: stepId must be a step's id`;
  if (action === undefined) return `${expected}: action must be one of ${OVERRIDE_ACTIONS.join(', ')}`;
  if (!isText(actorId, LIMITS.actorIdLengthMax, fits)) return `${expected}: actorId must say who does it`;
  const output = argument.output ?? null;
  if (output !== null && !isRecord(output)) return `${expected}: output must be an object`;
  const reason = parseReason(argument.reason, LIMITS.decisionReasonLengthMax, fits);
  if (reason === undefined) return `${expected}: ${tooLong(LIMITS.decisionReasonLengthMax)}`;
  return { kind: 'step-overridden', at, stepId, action, actorId, output: output as JsonObject | null, reason };
}

function parseStepCancel(argument: unknown, at: number, fits: Fits): StepCancelRequested | string {
  const expected = 'expected { stepId, actorId, reason? }';
  if (!isRecord(argument)) return `${expected}, got ${describe(argument)}`;
  const { stepId, actorId } = argument;
  if (!isText(stepId, LIMITS.stepIdLengthMax, fits)) return `${expected}: stepId must be a step's id`;
  if (!isText(actorId, LIMITS.actorIdLengthMax, fits)) return `${expected}: actorId must say who does it`;
  const reason = parseReason(argument.reason, LIMITS.cancelReasonLengthMax, fits);
  if (reason === undefined) return `${expected}: ${tooLong(LIMITS.cancelReasonLengthMax)}`;
  return { kind: 'step-cancel-requested', at, stepId, actorId, reason };
}

function parseReassignment(argument: unknown, at: number, fits: Fits): ReviewerReassigned | string {
  const expected = 'expected { stepId, fromReviewerId, toReviewerId, actorId, reason? }';
  if (!isRecord(argument)) return `${expected}, got ${describe(argument)}`;
  const { stepId, fromReviewerId, toReviewerId, actorId } = argument;
  if (!isText(stepId, LIMITS.stepIdLengthMax, fits)) return `${expected}: stepId must be a step's id`;
  if (!isText(fromReviewerId, LIMITS.userIdLengthMax, fits))
    return `${expected}: fromReviewerId must be a reviewer's userId`;
  if (!isText(toReviewerId, LIMITS.userIdLengthMax, fits) || /\p{Cc}/u.test(toReviewerId)) {
    return `${expected}: toReviewerId must be a userId of at most ${LIMITS.userIdLengthMax} characters, none a control character`;
  }
  if (!isText(actorId, LIMITS.actorIdLengthMax, fits)) return `${expected}: actorId must say who does it`;
  const reason = parseReason(argument.reason, LIMITS.decisionReasonLengthMax, fits);
  if (reason === undefined) return `${expected}: ${tooLong(LIMITS.decisionReasonLengthMax)}`;
  return { kind: 'reviewer-reassigned', at, stepId, fromReviewerId, toReviewerId, actorId, reason };
}

function parseCallback(argument: unknown, at: number, fits: Fits): WebhookCalledBack | string {
  const expected = 'expected { stepId, status: "completed" | "failed", output?, error? }';
  if (!isRecord(argument)) return `${expected}, got ${describe(argument)}`;
  const { stepId, status } = argument;
  if (!isText(stepId, LIMITS.stepIdLengthMax, fits)) return `${expected}: stepId must be a step's id`;
  if (status !== 'completed' && status !== 'failed') return `${expected}: status must be "completed" or "failed"`;
  const output = argument.output ?? null;
  if (output !== null && !isRecord(output)) return `${expected}: output must be an object`;
  const error = parseReason(argument.error, LIMITS.errorMessageLengthMax, fits);
  if (error === undefined) return `${expected}: error must be at most ${LIMITS.errorMessageLengthMax} characters`;
  return { kind: 'webhook-called-back', at, stepId, status, output: output as JsonObject | null, error };
}

/** The reason of a cancel request, or a sentence that says what is wrong with it. */
export function parseCancelReason(argument: unknown, fits: Fits): { reason: string | null } | string {
  const expected = `expected { reason? } with a reason of at most ${LIMITS.cancelReasonLengthMax} characters`;
  if (argument === undefined || argument === null) return { reason: null };
  if (!isRecord(argument)) return `${expected}, got ${describe(argument)}`;
  const reason = parseReason(argument.reason, LIMITS.cancelReasonLengthMax, fits);
  return reason === undefined ? expected : { reason };
}

/** A number from 0, or the fallback for whatever else a caller sent. */
export function countIn(argument: unknown, field: string, fallback: number): number {
  const value = isRecord(argument) ? argument[field] : undefined;
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : fallback;
}

function parseReason(reason: unknown, lengthMax: number, fits: Fits): string | null | undefined {
  if (reason === undefined || reason === null) return null;
  return typeof reason === 'string' && fits(reason, lengthMax) ? reason : undefined;
}

const tooLong = (lengthMax: number): string => `reason must be at most ${lengthMax} characters`;

const isText = (value: unknown, lengthMax: number, fits: Fits): value is string =>
  typeof value === 'string' && value !== '' && fits(value, lengthMax);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const describe = (value: unknown): string =>
  Array.isArray(value) ? 'an array' : value === null ? 'null' : typeof value;
