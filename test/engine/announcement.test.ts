// What a receiver is told: the same words for the same event, always, with the status that it led to.
import { describe, expect, test } from '@jest/globals';
import { announcementOf, eventIdOf } from '../../src/engine/announcement';
import type { EventType, ExecutionEvent } from '../../src/engine/event';

const announcer = { executionId: 'exec_1', definitionId: 'marketing', correlationId: 'corr_1' };
const eventOf = (type: EventType, rest: object = {}) =>
  ({ seq: 7, type, at: 1_700_000_000_123, stepId: 'step_a', data: { reason: 'x' }, ...rest }) as ExecutionEvent;

// A redelivery, perhaps by a later version, makes its body anew: whatever changes these bytes breaks receivers that compare.
test('the bytes of an event are these, for ever', () => {
  const event = {
    seq: 7,
    type: 'step.completed',
    stepId: 'step_a',
    at: 1_777_374_504_255,
    data: { nodeType: 'human', decision: 'approve' },
  } as const;
  expect(JSON.stringify(announcementOf(announcer, event))).toBe(
    '{"event":"step.completed","eventId":"evt_exec_1_7","executionId":"exec_1","definitionId":"marketing","stepId":"step_a","status":"completed","seq":7,"timestamp":"2026-04-28T11:08:24.255Z","correlationId":"corr_1","data":{"nodeType":"human","decision":"approve"}}',
  );
  const end = { seq: 9, type: 'execution.completed', stepId: null, at: 0, data: null } as const;
  expect(JSON.stringify(announcementOf(announcer, end))).toBe(
    '{"event":"execution.completed","eventId":"evt_exec_1_9","executionId":"exec_1","definitionId":"marketing","stepId":null,"status":"completed","seq":9,"timestamp":"1970-01-01T00:00:00.000Z","correlationId":"corr_1","data":{}}',
  );
});

describe('an announcement', () => {
  test('has everything that tells the event from any other', () => {
    expect(announcementOf(announcer, eventOf('step.breached'))).toEqual({
      event: 'step.breached',
      eventId: 'evt_exec_1_7',
      executionId: 'exec_1',
      definitionId: 'marketing',
      stepId: 'step_a',
      status: 'breached',
      seq: 7,
      timestamp: '2023-11-14T22:13:20.123Z',
      correlationId: 'corr_1',
      data: { reason: 'x' },
    });
  });

  test('of an event that says nothing more has empty data', () => {
    const { data, stepId } = announcementOf(announcer, eventOf('execution.completed', { data: null, stepId: null }));
    expect([data, stepId]).toEqual([{}, null]);
  });

  test.each<[EventType, string]>([
    ['execution.dispatched', 'running'],
    ['execution.completed', 'completed'],
    ['execution.failed', 'failed'],
    ['execution.cancelled', 'cancelled'],
    ['step.scheduled', 'pending'],
    ['step.started', 'running'],
    ['step.awaiting-approval', 'waiting'],
    ['step.response-recorded', 'waiting'],
    ['step.resumed', 'running'],
    ['step.overridden', 'running'],
    ['step.completed', 'completed'],
    ['step.failed', 'failed'],
    ['step.breached', 'breached'],
    ['step.cancelled', 'cancelled'],
    ['group.quorum-met', 'running'],
    ['parallel-group.completed', 'running'],
    ['loop.iteration-started', 'running'],
    ['loop.exhausted', 'running'],
  ])('of %s has the status %s', (type, status) => {
    expect(announcementOf(announcer, eventOf(type)).status).toBe(status);
  });
});

test('the id of an event is that of its execution and its number', () => {
  expect(eventIdOf('exec_1', 12)).toBe('evt_exec_1_12');
});
