import { describe, expect, test } from '@jest/globals';
import { temporal } from '@temporalio/proto';
import { brokenByAnswer } from '../../bench/storm/answers';
import { tasksOf } from '../../bench/storm/tasks';

const { TimeoutType, WorkflowTaskFailedCause: Cause } = temporal.api.enums.v1;

const failed = (cause: number, message: string): any => ({
  events: [{ eventId: 7, workflowTaskFailedEventAttributes: { cause, failure: { message } } }],
});

describe('a workflow task', () => {
  test.each([
    [
      'that began anew because a query had cut it',
      failed(
        Cause.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE,
        'Nothing is wrong: local activities ended while a query, or their time, cut the workflow task in two',
      ),
    ],
    ['that was to close a run to which news came', failed(Cause.WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND, 'news')],
  ])('%s is counted, and no violation', (_, history) => {
    expect(tasksOf(history)).toMatchObject({ harmless: [expect.anything()], broken: [] });
  });

  test.each([
    [
      'does not replay',
      Cause.WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR,
      'TMPRL1100',
      /NON_DETERMINISTIC_ERROR/,
    ],
    ['throws', Cause.WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE, 'x is undefined', /x is undefined/],
  ])('that %s is a violation', (_, cause, message, found) => {
    expect(tasksOf(failed(cause, message)).broken).toEqual([expect.stringMatching(found)]);
  });

  test('that timed out or was passed on, and a run that went on in a new one, are counted', () => {
    const events = [
      { workflowTaskTimedOutEventAttributes: { timeoutType: TimeoutType.TIMEOUT_TYPE_START_TO_CLOSE } },
      { workflowTaskTimedOutEventAttributes: { timeoutType: TimeoutType.TIMEOUT_TYPE_SCHEDULE_TO_START } },
      { workflowExecutionContinuedAsNewEventAttributes: {} },
    ];
    expect(tasksOf({ events })).toEqual({ harmless: [], broken: [], timedOut: 1, passedOn: 1, isRenewed: true });
  });
});

describe('an answer', () => {
  const call = (operation: string, http: number | null, status = ''): any => ({
    ...{ operation, http, data: {}, error: http === 200 ? null : { status, message: 'so it is' } },
  });

  test.each([
    ['a read that is to be asked again', call('executions/get', 504, 'DEADLINE_EXCEEDED')],
    ['a decision on what has ended', call('steps/cancel', 400, 'FAILED_PRECONDITION')],
    ['a callback that came too late', call('webhook-callback', 409, 'FAILED_PRECONDITION')],
  ])('to %s is no violation', (_, answered) => {
    expect(brokenByAnswer(answered)).toBeNull();
  });

  test.each([
    ['a fault of the API', call('steps/cancel', 500, 'INTERNAL')],
    ['none at all', call('steps/cancel', null, 'NO_ANSWER')],
    ['a read of what is there that is refused', call('executions/get', 404, 'NOT_FOUND')],
    ['a request that is said to be malformed', call('steps/resolve', 400, 'INVALID_ARGUMENT')],
  ])('that is %s is a violation', (_, answered) => {
    expect(brokenByAnswer(answered)).toMatch(/was answered/);
  });
});
