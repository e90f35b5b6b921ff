// One firing of a schedule: starts an execution of what is current now. Thin, for a schedule's own arguments never change.
import { defineSearchAttributeKey } from '@temporalio/common';
import { proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import type { Activities } from './contract/activities';
import type { FiringOutcome, ScheduleOrigin } from './contract/definitions';
import { asWritten, summaryOf } from './contract/operator-text';
import { isFiringOutcome } from './results';

/** Set by Temporal: the instant that the schedule names, however late this started. */
const SCHEDULED_AT = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

const { dispatchScheduled } = proxyActivities<Pick<Activities, 'dispatchScheduled'>>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
});

export async function scheduledDispatch(origin: ScheduleOrigin): Promise<FiringOutcome> {
  const { typedSearchAttributes, startTime } = workflowInfo();
  const scheduledAt = (typedSearchAttributes.get(SCHEDULED_AT) ?? startTime).getTime();
  const summary = `${summaryOf(asWritten(origin.triggerId))} at ${new Date(scheduledAt).toISOString()}`;
  const firing = { ...origin, scheduledAt, firedAt: startTime.getTime() };
  const outcome = await dispatchScheduled.executeWithOptions({ summary }, [firing]);
  setCurrentDetails(isFiringOutcome(outcome) ? detailsOf(outcome) : NOT_TOLD);
  return outcome;
}

/** Of an activity that an operator completed in Temporal. */
const NOT_TOLD = 'What came of it is not known: its activity was completed in Temporal.';

function detailsOf(outcome: FiringOutcome): string {
  if (outcome.kind === 'not-current') return 'Nothing started: the current version has no such schedule.';
  if (outcome.kind === 'missed') return 'Nothing started: this instant passed while Temporal was away.';
  const { executionId, definitionVersion } = outcome;
  return `\`${executionId}\` of version ${definitionVersion}${outcome.kind === 'taken' ? ', which was there already' : ''}`;
}
