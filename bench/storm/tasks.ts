// What became of the workflow tasks of a history: which failed, and whether that is as it may be. Pure.
import { temporal } from '@temporalio/proto';
import { ONLY_A_PART } from '../../src/workflows/contract/messages';
import type { History } from '../replays';

const { TimeoutType, WorkflowTaskFailedCause: Cause } = temporal.api.enums.v1;

export interface Tasks {
  /** Failed tasks that may fail so, by their name in the report. */
  readonly harmless: readonly string[];
  /** The others, each in a sentence. */
  readonly broken: readonly string[];
  /** Those whose worker died, or had too little time. */
  readonly timedOut: number;
  /** Those that the worker which held the execution did not take up in time: any other may have them then. */
  readonly passedOn: number;
  /** The run went on in a new one. */
  readonly isRenewed: boolean;
}

/** So begins what a task says that begins anew (docs/decisions/0129, 0134); `ONLY_A_PART` is one of them. */
const NOTHING_IS_WRONG = ONLY_A_PART.slice(0, ONLY_A_PART.indexOf(':'));
/**
 * The server's own: something came while the task that was to close the run was under way, and the task is done again with it; or
 * its updates were not answered with it.
 */
const CAUGHT_UP: ReadonlyMap<number, string> = new Map([
  [Cause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND, 'were to close a run as news came'],
  [Cause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_UPDATE, 'were to close a run as an update came'],
]);

export function tasksOf({ events }: History): Tasks {
  const harmless: string[] = [];
  const broken: string[] = [];
  let timedOut = 0;
  let passedOn = 0;
  let isRenewed = false;
  for (const event of events ?? []) {
    const late = event.workflowTaskTimedOutEventAttributes;
    if (late?.timeoutType === TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START) passedOn += 1;
    else if (late) timedOut += 1;
    if (event.workflowExecutionContinuedAsNewEventAttributes) isRenewed = true;
    const failed = event.workflowTaskFailedEventAttributes;
    if (!failed) continue;
    const said = failed.failure?.message ?? '';
    const caughtUp = CAUGHT_UP.get(failed.cause ?? 0);
    if (said.startsWith(NOTHING_IS_WRONG)) harmless.push('began anew: nothing is wrong');
    else if (caughtUp !== undefined) harmless.push(caughtUp);
    else broken.push(`its workflow task ${event.eventId} failed (${Cause[failed.cause ?? 0]}): ${said.slice(0, 300)}`);
  }
  return { harmless, broken, timedOut, passedOn, isRenewed };
}
