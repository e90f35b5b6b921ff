// How the engine's answers about one step are put: a product's "no" is data, what cannot apply is a refusal (contract 1).
import { z } from 'zod';
import { assertNever } from '../../definition/json';
import type { CallerReply, RefusalCode, Refused } from '../../engine/reply';
import { ApiError, type ErrorStatus } from '../errors';

/** What an operation that records a word on a step answers. */
export const recordedSchema = z.strictObject({
  recorded: z.boolean(),
  aggregatorStatus: z.enum(['pending', 'resolved', 'rejected']).nullable(),
  resumeScheduled: z.boolean().meta({ description: 'Whether this call ended the step.' }),
  rejectionReason: z.enum(['idempotent', 'already-terminal', 'unknown-responder', 'unknown-response']).optional(),
});

export function recordedAnswer(reply: CallerReply): z.output<typeof recordedSchema> {
  switch (reply.kind) {
    case 'response-recorded':
      return { recorded: true, aggregatorStatus: reply.aggregatorStatus, resumeScheduled: reply.resumeScheduled };
    case 'response-not-recorded': {
      const { aggregatorStatus, rejectionReason } = reply;
      return { recorded: false, aggregatorStatus, resumeScheduled: false, rejectionReason };
    }
    case 'refused':
      throw refusal(reply);
    case 'step-ended':
    case 'step-reassigned':
    case 'reassigned-already':
      throw new Error(`a word on a step was answered with ${reply.kind}`);
    default:
      return assertNever(reply);
  }
}

/** Returns when the step was ended; throws what it was refused with. */
export function assertEnded(reply: CallerReply): void {
  if (reply.kind === 'refused') throw refusal(reply);
  if (reply.kind !== 'step-ended') throw new Error(`an override was answered with ${reply.kind}`);
}

/** Whether the part had been passed on so before; throws what it was refused with. */
export function isReassignedAlready(reply: CallerReply): boolean {
  if (reply.kind === 'refused') throw refusal(reply);
  if (reply.kind === 'reassigned-already') return true;
  if (reply.kind !== 'step-reassigned') throw new Error(`a reassignment was answered with ${reply.kind}`);
  return false;
}

const STATUS: Readonly<Record<RefusalCode, ErrorStatus>> = {
  'step-not-found': 'NOT_FOUND',
  'step-not-human': 'FAILED_PRECONDITION',
  'step-not-blocking-agent': 'FAILED_PRECONDITION',
  'step-not-webhook': 'FAILED_PRECONDITION',
  'step-not-waiting-yet': 'FAILED_PRECONDITION',
  'step-in-wrong-status': 'FAILED_PRECONDITION',
  'not-a-reviewer': 'PERMISSION_DENIED',
  'from-not-a-reviewer': 'FAILED_PRECONDITION',
  'from-has-decided': 'FAILED_PRECONDITION',
  'to-is-a-reviewer': 'FAILED_PRECONDITION',
  'too-many-reassignments': 'FAILED_PRECONDITION',
  'output-too-large': 'INVALID_ARGUMENT',
  'state-limit-exceeded': 'FAILED_PRECONDITION',
};

export const refusal = ({ code, message }: Refused): ApiError => new ApiError(STATUS[code], message);
