// What a workflow's validator refused an Update with.
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
