// Why the engine does not answer: nobody works for it, it is slow, or it was paused.
import type { Client } from '@temporalio/client';
import { GRPC, grpcCodeOf, isPaused, isSilentAlone, isWorkflowBusy } from '../../temporal/grpc';
import { hasPolledSince, isPolled } from '../../temporal/readiness';
import { ApiError } from '../errors';
import { EXPLAIN_MS_MAX, withTemporal } from '../temporal-errors';

/** Whether a query failed because no worker has run, or runs, the workflow, because too many ask for it, or because it is paused. */
export function isNotReady(error: unknown): boolean {
  if (error instanceof ApiError) {
    return error.status === 'DEADLINE_EXCEEDED' || isWorkflowBusy(error.cause);
  }
  return isPaused(error) || grpcCodeOf(error) === GRPC.FAILED_PRECONDITION;
}

const PAUSED =
  'An operator has paused this in Temporal; nothing was lost, and it answers as soon as it is unpaused there.';

export interface Question {
  readonly client: Client;
  readonly taskQueue: string;
  /** When it was asked, in epoch milliseconds, if it changes nothing. */
  readonly askedAt?: number;
}

/**
 * Says why an answer did not come: no worker polls, none has got to it, or it is paused; any other error stays as it is. Of a read a
 * worker must have come for tasks since it was asked, as a live one does: one that has just died passes for one that polls for a
 * minute and a half more. (One that took it from its own sticky queue and is slow is not seen; for a read the one answer is
 * as good as the other.)
 */
export async function explained({ client, taskQueue, askedAt }: Question, error: unknown): Promise<unknown> {
  if (!isNotReady(error)) return error;
  if (isPaused(error)) return new ApiError('UNAVAILABLE', PAUSED, { cause: error });
  const isLateRead = askedAt !== undefined && error instanceof ApiError && isLate(error, Date.now() - askedAt);
  const polled = await client
    .withDeadline(Date.now() + EXPLAIN_MS_MAX, () =>
      isLateRead ? hasPolledSince(client, taskQueue, askedAt) : isPolled(client, taskQueue),
    )
    .catch(() => true);
  if (polled && error instanceof ApiError) return error;
  if (polled) {
    // Workers died, or failed, under its last workflow tasks: Temporal refuses queries until one is completed.
    const message = 'The execution is being taken up again; nothing was lost, try again.';
    return new ApiError('UNAVAILABLE', message, { cause: error });
  }
  // One that has no place left, as when quick agents block it, does not come for tasks either.
  const nobody = isLateRead
    ? 'No worker came to answer: none is there, or all are busy'
    : 'No worker is there to answer';
  return new ApiError('UNAVAILABLE', `${nobody}; nothing was lost, try again.`, { cause: error });
}

/** Another call may have had the workflow until half a second before this one's time was up. */
const isLate = ({ status }: ApiError, waitedMs: number): boolean =>
  status === 'DEADLINE_EXCEEDED' || waitedMs >= LATE_MS_MIN;

/** A worker that is there, and has a free place, comes within milliseconds. */
const LATE_MS_MIN = 2_500;

/** Whether what failed, and what became of that, is that this one execution cannot be asked; others can. */
export const isOfOneAlone = (error: unknown): boolean => isSilentAlone(error instanceof ApiError ? error.cause : error);

/** Asks something that a worker must answer; when none does, the refusal says so. */
export async function answered<T>(question: Question, ask: () => Promise<T>): Promise<T> {
  try {
    return await withTemporal(question.client, ask);
  } catch (error) {
    throw await explained(question, error);
  }
}
