// Reminders on a real Temporal server, with mail over a real SMTP server.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createMailer } from '../../src/activities/mail';
import type { ViewPage } from '../../src/engine/view';
import { type EventsRequest, QUERY, type ReviewerReassignment, UPDATE } from '../../src/workflows/contract/messages';
import { human } from '../engine/scene';
import { eventually } from '../support/eventually';
import { terminateLeftOpen } from '../support/left-open';
import { type MailServer, startMailServer } from '../support/smtp';
import { type Harness, type Started, startHarness } from './harness';

let mail: MailServer;
let harness: Harness;
let withoutMail: Harness;
beforeAll(async () => {
  mail = await startMailServer();
  harness = await startHarness({
    mailer: createMailer({ smtpUrl: mail.url, from: 'Countersign <approvals@acme.com>' }),
  });
  withoutMail = await startHarness();
});
afterAll(async () => {
  await harness.close();
  await withoutMail.close();
  await mail.close();
});

const reminding = (config: object, rest: object = {}) => ({
  nodes: [{ nodeId: 'review', type: 'human', config: { reviewerIds: ['ann', 'bob'], ...config }, ...rest }],
});
const count = (types: readonly string[], type: string) => types.filter((it) => it === type).length;
const remindersOf = async ({ handle }: Started) => {
  const { events } = await handle.query<{ events: { type: string; data: object }[] }, [EventsRequest]>(QUERY.events, {
    ...{ sinceSeq: 0, pageSize: 100 },
  });
  return events.filter(({ type }) => type === 'step.reminder').map(({ data }) => data);
};
const happened = (execution: Started, seq: number) => execution.viewWhen((view) => (view as ViewPage).seq >= seq);
/** Events until the step waits. */
const WAITING = 4;

describe('a reminder', () => {
  test('comes at its time and by mail, names who has not decided, and none comes after the last', async () => {
    const execution = await harness.start(
      reminding({
        remindAfterMs: 1_000,
        // Long enough for a decision to come in between, on a busy machine too.
        remindEveryMs: 5_000,
        maxReminders: 2,
        reminderRecipients: ['ann@acme.com', 'bob@acme.com'],
      }),
    );
    const { stepId, startedAt } = await execution.waiting('review');
    const mailOf = (n: number) =>
      mail.received(({ raw }) => raw.includes(`Step: ${stepId}`) && raw.includes(`Subject: Reminder ${n}:`));
    const first = await mailOf(1);
    expect(Date.now()).toBeGreaterThanOrEqual((startedAt ?? 0) + 1_000);
    expect(first.to).toEqual(['ann@acme.com', 'bob@acme.com']);
    expect(first.raw).toContain(`Execution: exec_${execution.key}`);
    await execution.decide('review', 'ann');
    const second = await mailOf(2);
    expect([second.raw.includes('- ann'), second.raw.includes('- bob')]).toEqual([false, true]);
    expect(await remindersOf(execution)).toEqual([
      { reviewerIds: ['ann', 'bob'], n: 1 },
      { reviewerIds: ['bob'], n: 2 },
    ]);
    await execution.decide('review', 'bob');
    await execution.handle.result();
    const types = await execution.eventTypes();
    expect([count(types, 'timerStarted'), count(types, 'timerFired')]).toEqual([2, 2]);
  });

  test('costs an execution that waits nothing but the one timer, also beside a deadline', async () => {
    const types = async (shape: ReturnType<typeof reminding>) => {
      const execution = await harness.start(shape);
      await execution.waiting('review');
      const seen = await execution.eventTypes();
      await execution.handle.terminate();
      return seen;
    };
    const idle = await types(reminding({}));
    const timed = await types(reminding({ remindAfterMs: 3_600_000 }, { slaMs: 7_200_000 }));
    expect(timed.filter((type) => type !== 'timerStarted')).toEqual(idle);
    expect(count(timed, 'timerStarted')).toBe(1);
  });

  test('goes to nobody where no mail can be sent, and nothing fails', async () => {
    const execution = await withoutMail.start(
      reminding({ remindAfterMs: 1_000, reminderRecipients: ['ann@acme.com'] }),
    );
    await happened(execution, WAITING + 1);
    await eventually(
      () => execution.eventTypes(),
      (types) => types.includes('activityTaskCompleted'),
    );
    await execution.decide('review', 'ann');
    await execution.decide('review', 'bob');
    expect(await execution.handle.result()).toMatchObject({ status: 'completed' });
    expect(await execution.eventTypes()).not.toContain('activityTaskFailed');
  });

  test('whose mail is refused for good leaves the step as it was, and the next one comes', async () => {
    mail.refuse((address) => (address === 'gone@acme.com' ? 550 : null));
    const execution = await harness.start(
      reminding({ remindEveryMs: 1_000, maxReminders: 2, reminderRecipients: ['gone@acme.com'] }),
    );
    await happened(execution, WAITING + 2);
    expect((await execution.view()).steps[0]).toMatchObject({ status: 'waiting', error: null });
    await execution.decide('review', 'ann');
    await execution.decide('review', 'bob');
    expect(await execution.handle.result()).toMatchObject({ status: 'completed' });
  });

  test('whose mail is still being tried is given up when the step ends', async () => {
    mail.refuse((address) => (address === 'busy@acme.com' ? 451 : null));
    const execution = await harness.start(reminding({ remindAfterMs: 1_000, reminderRecipients: ['busy@acme.com'] }));
    await happened(execution, WAITING + 1);
    await eventually(
      async () => (await execution.handle.describe()).raw.pendingActivities?.[0]?.attempt ?? 0,
      (attempt) => attempt > 1,
    );
    await execution.decide('review', 'ann');
    await execution.decide('review', 'bob');
    expect(await execution.handle.result()).toMatchObject({ status: 'completed' });
    expect(await execution.eventTypes()).toContain('activityTaskCancelRequested');
  });

  test('and a deadline that is due at the same instant: the step breaches', async () => {
    const execution = await harness.start(reminding({ remindAfterMs: 1_000 }, { slaMs: 1_000 }));
    await expect(execution.handle.result()).rejects.toThrow();
    expect(await remindersOf(execution)).toEqual([]);
  });
});

describe('a part that was passed on', () => {
  test('is waited for where operators look, and the other decides', async () => {
    const execution = await harness.start({ nodes: [human('review', ['ann'])] });
    const { stepId } = await execution.waiting('review');
    const passed: ReviewerReassignment = { stepId, fromReviewerId: 'ann', toReviewerId: 'cleo', actorId: 'lead' };
    const reassign = () => execution.handle.executeUpdate(UPDATE.reassignReviewer, { args: [passed] });
    expect(await reassign()).toEqual({ kind: 'step-reassigned' });
    await expect(reassign()).rejects.toMatchObject({ cause: { details: [{ kind: 'reassigned-already' }] } });
    const pending = async () => (await execution.handle.describe()).searchAttributes.PendingReviewers;
    expect(await eventually(pending, (reviewers) => String(reviewers).includes('cleo'))).toEqual(['cleo']);
    await execution.decide('review', 'cleo');
    expect(await execution.handle.result()).toMatchObject({ status: 'completed' });
  });

  test.each([
    ['no object', 'nonsense'],
    ['nobody to take it', { stepId: 's', fromReviewerId: 'ann', actorId: 'lead' }],
    ['an id with a control character', { stepId: 's', fromReviewerId: 'a', toReviewerId: 'b\u0000', actorId: 'lead' }],
    [
      'a reason that is too long',
      { stepId: 's', fromReviewerId: 'a', toReviewerId: 'b', actorId: 'l', reason: 'x'.repeat(2_001) },
    ],
  ])('is refused with a sentence when it is malformed: %s', async (_what, argument) => {
    const execution = await harness.start({ nodes: [human('review', ['ann'])] });
    await execution.waiting('review');
    await expect(execution.handle.executeUpdate(UPDATE.reassignReviewer, { args: [argument] })).rejects.toMatchObject({
      cause: { type: 'malformed', message: expect.stringContaining('expected { stepId') },
    });
    await terminateLeftOpen(execution.handle);
  });
});
