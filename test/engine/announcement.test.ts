import { expect, test } from '@jest/globals';
import { announcementOf } from '../../src/engine/announcement';

const ANNOUNCER = { executionId: 'exec_1', definitionId: 'marketing', correlationId: 'corr_1' };

// A redelivery, perhaps by a later version, makes its body anew: whatever changes these bytes breaks receivers that compare.
test('the bytes of an event are these, for ever', () => {
  const event = {
    seq: 7,
    type: 'step.completed',
    stepId: 'step_a',
    at: 1_777_374_504_255,
    data: { nodeType: 'human', decision: 'approve' },
  } as const;
  expect(JSON.stringify(announcementOf(ANNOUNCER, event))).toBe(
    '{"event":"step.completed","eventId":"evt_exec_1_7","executionId":"exec_1","definitionId":"marketing","stepId":"step_a","status":"completed","seq":7,"timestamp":"2026-04-28T11:08:24.255Z","correlationId":"corr_1","data":{"nodeType":"human","decision":"approve"}}',
  );
  const end = { seq: 9, type: 'execution.completed', stepId: null, at: 0, data: null } as const;
  expect(JSON.stringify(announcementOf(ANNOUNCER, end))).toBe(
    '{"event":"execution.completed","eventId":"evt_exec_1_9","executionId":"exec_1","definitionId":"marketing","stepId":null,"status":"completed","seq":9,"timestamp":"1970-01-01T00:00:00.000Z","correlationId":"corr_1","data":{}}',
  );
});
