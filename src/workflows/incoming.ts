// What callers send to an execution, checked by hand: any Temporal client may send anything, and an exception in a
// handler would make the workflow task fail for ever. (zod stays out of the bundle: it costs a megabyte per worker.)
import { LIMITS } from '../definition/limits';
import type { ReviewerDecided } from '../engine/input';

/** A decision as the engine takes it, or a sentence that says what is wrong with it. */
export function parseDecision(argument: unknown, at: number): ReviewerDecided | string {
  const expected = 'expected { stepId, reviewerId, decision: "approve" | "reject", reason? }';
  if (!isRecord(argument)) return `${expected}, got ${describe(argument)}`;
  const { stepId, reviewerId, decision } = argument;
  if (typeof stepId !== 'string' || stepId === '') return `${expected}: stepId must be a step's id`;
  if (typeof reviewerId !== 'string' || reviewerId === '') return `${expected}: reviewerId must be a reviewer's userId`;
  if (decision !== 'approve' && decision !== 'reject') return `${expected}: decision must be "approve" or "reject"`;
  const reason = parseReason(argument.reason, LIMITS.decisionReasonLengthMax);
  if (reason === undefined) return `${expected}: reason must be at most ${LIMITS.decisionReasonLengthMax} characters`;
  return { kind: 'reviewer-decided', at, stepId, reviewerId, decision, reason };
}

/** The reason of a cancel request, or a sentence that says what is wrong with it. */
export function parseCancelReason(argument: unknown): { reason: string | null } | string {
  const expected = `expected { reason? } with a reason of at most ${LIMITS.cancelReasonLengthMax} characters`;
  if (argument === undefined || argument === null) return { reason: null };
  if (!isRecord(argument)) return `${expected}, got ${describe(argument)}`;
  const reason = parseReason(argument.reason, LIMITS.cancelReasonLengthMax);
  return reason === undefined ? expected : { reason };
}

function parseReason(reason: unknown, lengthMax: number): string | null | undefined {
  if (reason === undefined || reason === null) return null;
  return typeof reason === 'string' && reason.length <= lengthMax ? reason : undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const describe = (value: unknown): string =>
  Array.isArray(value) ? 'an array' : value === null ? 'null' : typeof value;
