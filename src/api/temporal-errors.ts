// Turns what Temporal's client throws into refusals, and bounds every call (contract 1 section 1, contract 3 section 4).
import {
  type Client,
  isGrpcDeadlineError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { countTemporalCall } from '../metrics/temporal';
import {
  GRPC,
  grpcCodeOf,
  isFaultOfTemporal,
  isNoNamespace,
  isNotTakenUp,
  isOnlyPart,
  isRefused,
  isUnknownSearchAttribute,
} from '../temporal/grpc';
import { isUnprocessed } from '../temporal/update-refusal';
import { MALFORMED } from '../workflows/contract/messages';
import { ApiError } from './errors';

/** Temporal has this long for everything that one call of the API asks of it. */
const CALL_MS_MAX = 3_500;
/** And this long to say why it did not answer: with the grace they stay below five seconds together. */
export const EXPLAIN_MS_MAX = 600;
/**
 * What fails for its deadline says itself why, a moment after it, and a change of a definition that has come about is kept back for half
 * a second (decision 0104). Only what waits for its turn takes longer.
 */
const GRACE_MS = 600;

/**
 * Runs calls under one deadline; what fails for Temporal's sake becomes UNAVAILABLE or DEADLINE_EXCEEDED. So does what still waits
 * for its turn behind others then: it is not sent any more when that comes.
 */
export async function withTemporal<T>(
  client: Client,
  calls: () => Promise<T>,
  purpose: 'answering' | 'explaining' = 'answering',
): Promise<T> {
  const millis = purpose === 'answering' ? CALL_MS_MAX : EXPLAIN_MS_MAX;
  const startedAt = performance.now();
  let outcome = 'ok';
  try {
    return await within(millis + GRACE_MS, client.withDeadline(Date.now() + millis, calls));
  } catch (error) {
    const mapped = temporalError(error);
    outcome = mapped instanceof ApiError ? mapped.status : 'INTERNAL';
    throw mapped;
  } finally {
    countTemporalCall(outcome, (performance.now() - startedAt) / 1000);
  }
}

async function within<T>(millis: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(tooSlow(new Error('it waited for its turn until the time was up'))), millis);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Refusals stay as they are, and so does what is no fault of Temporal: that is a bug. */
function temporalError(error: unknown): unknown {
  if (error instanceof ApiError) return error;
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isGrpcDeadlineError(error)) return tooSlow(error);
  if (isUnprocessed(error)) {
    return new ApiError('UNAVAILABLE', 'No worker came to this; nothing has happened, try again.', {
      cause: error,
    });
  }
  if (isNotTakenUp(error)) {
    const message =
      'No worker that runs now can take the execution up (docs/operations.md, Upgrades); nothing was lost, try again.';
    return new ApiError('UNAVAILABLE', message, { cause: error });
  }
  if (isOnlyPart(error)) {
    return new ApiError('UNAVAILABLE', 'The execution is being taken up again; nothing was lost, try again.', {
      cause: error,
    });
  }
  if (isMalformed(error)) {
    return new ApiError('INVALID_ARGUMENT', (error.cause as ApplicationFailure).message, { cause: error });
  }
  if (isNoNamespace(error)) {
    return new ApiError('UNAVAILABLE', 'Temporal does not have the namespace of this server; /readyz names it.', {
      cause: error,
    });
  }
  if (isRefused(error) && grpcCodeOf(error) !== GRPC.PERMISSION_DENIED) {
    const message = 'Temporal refuses the credentials of this server; /readyz says which ones these are.';
    return new ApiError('UNAVAILABLE', message, { cause: error });
  }
  if (isFaultOfTemporal(error)) {
    const message =
      'Temporal failed at this. What was asked may have happened all the same; to ask again is safe, a start under the same idempotency key.';
    return new ApiError('UNAVAILABLE', message, { cause: error });
  }
  switch (grpcCodeOf(error)) {
    // A call that was waiting for its next try when the time was up is cancelled.
    case GRPC.CANCELLED:
    case GRPC.DEADLINE_EXCEEDED:
      return tooSlow(error);
    case GRPC.PERMISSION_DENIED: {
      const message =
        'Temporal does not permit what this server asked of it: look at the permissions of its credentials, and at what its namespace allows.';
      return new ApiError('UNAVAILABLE', message, { cause: error });
    }
    case GRPC.UNAVAILABLE:
      return new ApiError('UNAVAILABLE', 'Temporal cannot be reached just now; try again.', { cause: error });
    case GRPC.RESOURCE_EXHAUSTED:
      return new ApiError('UNAVAILABLE', 'Temporal is busy just now; try again.', { cause: error });
    case GRPC.INVALID_ARGUMENT:
      if (!isUnknownSearchAttribute(error)) return error;
      return new ApiError('UNAVAILABLE', 'Temporal does not know the search attributes yet; try again.', {
        cause: error,
      });
    default:
      return error;
  }
}

/** The execution measures otherwise than the API does: it was dispatched when that was so (docs/decisions/0115). */
const isMalformed = (error: unknown): error is WorkflowUpdateFailedError =>
  error instanceof WorkflowUpdateFailedError &&
  error.cause instanceof ApplicationFailure &&
  error.cause.type === MALFORMED;

/** What did not come in time, for whatever reason. */
export function tooSlow(cause: unknown): ApiError {
  return new ApiError(
    'DEADLINE_EXCEEDED',
    'The engine did not answer in time. What was asked may still happen; to ask again is safe, a start under the same idempotency key.',
    { cause },
  );
}
