// Why an execution failed, from the last event of its history: no worker is asked, and nothing is replayed.

import type { Client } from '@temporalio/client';
import { cutTo } from '../../definition/beginning';
import type { StepError } from '../../engine/run';
import { closingEvent } from '../../temporal/closing-event';
import type { ListedRun } from '../../temporal/visibility';

/** A list cuts the message (contract 1, executions/list). */
const MESSAGE_LENGTH_MAX = 300;
const UNKNOWN: StepError = { code: 'unknown', message: 'The execution failed.' };

/** Of a run that closed as Failed; one that was removed since it was listed is UNKNOWN. */
export async function readFailure(client: Client, run: ListedRun): Promise<StepError> {
  const failure = (await closingEvent(client, run))?.workflowExecutionFailedEventAttributes?.failure;
  const message = failure?.message ?? UNKNOWN.message;
  return { code: failure?.applicationFailureInfo?.type ?? UNKNOWN.code, message: cutTo(message, MESSAGE_LENGTH_MAX) };
}
