// Why an Update was refused: by the workflow's validator, or because its worker never came to it.
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { REFUSED } from '../workflows/contract/messages';

/** The reply that stands in the refusal, or null: it failed for another reason. */
export function refusalIn<Reply>(error: unknown): Reply | null {
  if (!(error instanceof WorkflowUpdateFailedError)) return null;
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure) || cause.type !== REFUSED) return null;
  return (cause.details?.[0] as Reply | undefined) ?? null;
}

/**
 * A worker was given the Update and ended its task without it, as one that is dying may, and one whose task a query cut while a local
 * activity ran (decision 0134): nothing has happened.
 */
export const isUnprocessed = (error: unknown): boolean =>
  error instanceof WorkflowUpdateFailedError &&
  error.cause instanceof ApplicationFailure &&
  error.cause.type === UNPROCESSED;

/** The type of the failure in Temporal's own words (service/history/workflow/update of its server). */
const UNPROCESSED = 'UnprocessedUpdate';
