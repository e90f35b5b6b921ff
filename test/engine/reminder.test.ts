import { describe, expect, test } from '@jest/globals';
import { nextWake } from '../../src/engine/deadline';
import type { SendReminder } from '../../src/engine/effect';
import { edge, human, Scene } from './scene';

/** Every scene starts at 1,000. */
const START = 1_000;

const reminding = (config: object, rest: object = {}) => ({
  nodeId: 'review',
  type: 'human',
  name: 'Legal review',
  config: { reviewerIds: ['ann', 'bob'], ...config },
  ...rest,
});
const sceneOf = (config: object, rest: object = {}) => Scene.of({ nodes: [reminding(config, rest)] });
/** Lets time pass to each instant at which something is due, and says when that was. */
function wakes(scene: Scene, most = 200): number[] {
  const at: number[] = [];
  for (let wake = nextWake(scene.run); wake !== null && at.length < most; wake = nextWake(scene.run)) {
    at.push(wake.at - START);
    scene.wake(wake.at);
  }
  return at;
}
const mails = (scene: Scene) =>
  scene.effects.filter((effect): effect is SendReminder => effect.kind === 'send-reminder');

describe('reminders', () => {
  test.each([
    ['only remindAfterMs: once', { remindAfterMs: 5_000 }, [5_000]],
    ['only remindAfterMs and a maximum: once', { remindAfterMs: 5_000, maxReminders: 3 }, [5_000]],
    ['only remindEveryMs: ten times', { remindEveryMs: 2_000 }, Array.from({ length: 10 }, (_, i) => 2_000 * (i + 1))],
    [
      'both: the first, then every',
      { remindAfterMs: 5_000, remindEveryMs: 2_000, maxReminders: 3 },
      [5_000, 7_000, 9_000],
    ],
    ['a maximum of one', { remindEveryMs: 2_000, maxReminders: 1 }, [2_000]],
    ['none', {}, []],
  ])('come as planned, %s', (_what, config, expected) => {
    const scene = sceneOf(config);
    expect(wakes(scene)).toEqual(expected);
    expect(scene.data('step.reminder').map((data) => data?.n)).toEqual(expected.map((_, index) => index + 1));
    expect(scene.status('review')).toBe('waiting');
  });

  test('name those who have not decided yet, and are numbered from 1', () => {
    const scene = sceneOf({ remindEveryMs: 1_000 });
    scene.wake(START + 1_000);
    scene.decide('review', 'ann');
    scene.wake(START + 2_000);
    expect(scene.data('step.reminder')).toEqual([
      { reviewerIds: ['ann', 'bob'], n: 1 },
      { reviewerIds: ['bob'], n: 2 },
    ]);
  });

  test('a reminder that is not due yet changes nothing', () => {
    const scene = sceneOf({ remindAfterMs: 5_000 });
    const before = scene.run;
    expect(scene.wake(START + 4_999)).toEqual({ kind: 'ignored-late' });
    expect(scene.run).toBe(before);
  });

  test('what came due while no worker ran is told once, and the plan goes on at its next instant', () => {
    const scene = sceneOf({ remindEveryMs: 1_000, maxReminders: 3 });
    scene.wake(START + 4_500);
    expect(nextWake(scene.run)?.at).toBe(START + 5_000);
    expect(scene.wake(START + 4_500)).toEqual({ kind: 'ignored-late' });
    scene.wake(START + 6_000);
    expect(nextWake(scene.run)?.at).toBe(START + 7_000);
    scene.wake(START + 7_000);
    expect(nextWake(scene.run)).toBeNull();
    expect(scene.data('step.reminder')).toHaveLength(3);
  });

  test.each([
    ['decided', (scene: Scene) => scene.reject('review', 'ann')],
    ['overridden', (scene: Scene) => scene.override('review', 'force-approve')],
    ['cancelled', (scene: Scene) => scene.cancelStep('review')],
  ])('none comes once the step is %s', (_how, end) => {
    const scene = sceneOf({ remindEveryMs: 1_000 });
    scene.wake(START + 1_000);
    end(scene);
    expect(nextWake(scene.run)).toBeNull();
    scene.wake(START + 60_000);
    expect(scene.data('step.reminder')).toHaveLength(1);
  });

  test('a deadline at the same instant wins: the step breaches and is not reminded of', () => {
    const scene = sceneOf({ remindAfterMs: 5_000 }, { slaMs: 5_000 });
    scene.wake(START + 5_000);
    expect(scene.status('review')).toBe('breached');
    expect(scene.data('step.reminder')).toEqual([]);
  });

  test('a deadline that has passed wins over reminders that came before it, of any step', () => {
    const scene = Scene.of({
      nodes: [reminding({ remindAfterMs: 2_000 }), human('other', ['cleo'], { slaMs: 3_000 })],
    });
    scene.wake(START + 9_000);
    expect(scene.run.failureReason?.code).toBe('step-breached');
    expect(scene.data('step.reminder')).toEqual([]);
  });

  test('one timer serves deadlines and reminders of all steps: the earliest is next', () => {
    const scene = Scene.of({
      nodes: [
        reminding({ remindAfterMs: 5_000 }, { slaMs: 6_000 }),
        human('other', ['cleo'], { slaMs: 3_000 }),
        human('then', ['x']),
      ],
      edges: [edge('other', 'then', { on: 'always' }), edge('review', 'then', { on: 'always' })],
    });
    expect(nextWake(scene.run)).toEqual({ at: START + 3_000, kind: 'deadline', nodeId: 'other' });
    scene.wake(START + 3_000);
    expect(nextWake(scene.run)).toEqual({ at: START + 5_000, kind: 'reminder', nodeId: 'review' });
    scene.wake(START + 5_000);
    expect(nextWake(scene.run)).toEqual({ at: START + 6_000, kind: 'deadline', nodeId: 'review' });
  });

  test('each run of a node in a loop has reminders of its own', () => {
    const scene = Scene.of({
      nodes: [human('draft', ['dan']), reminding({ remindAfterMs: 2_000 })],
      edges: [edge('draft', 'review'), edge('review', 'draft', { on: 'reject', loop: { maxIterations: 2 } })],
    });
    scene.decide('draft', 'dan');
    scene.wake(scene.now + 2_000);
    scene.reject('review', 'ann');
    scene.decide('draft', 'dan');
    scene.wake(scene.now + 2_000);
    expect(scene.data('step.reminder').map((data) => data?.n)).toEqual([1, 1]);
  });

  test('a run that is half full plans no further one, so that reminders never bring it to its limit', () => {
    const scene = Scene.of({
      nodes: [reminding({ remindEveryMs: 1_000 }), ...Array.from({ length: 4 }, (_, i) => human(`big${i}`, ['x']))],
    });
    for (let i = 0; i < 4; i++) {
      scene.override(`big${i}`, 'force-complete', { output: { text: 'x'.repeat(200_000) } });
    }
    scene.wake(START + 1_000);
    expect(scene.data('step.reminder')).toHaveLength(1);
    expect(nextWake(scene.run)).toBeNull();
    expect(scene.run.status).toBe('running');
  });
});

describe("a reminder's mail", () => {
  const recipients = ['legal@acme.com', 'lead@acme.com'];

  test('names the step, the execution and who is waited for', () => {
    const scene = sceneOf({ remindAfterMs: 2_000, reminderRecipients: recipients }, { slaMs: 60_000 });
    scene.decide('review', 'bob');
    scene.wake(START + 2_000);
    const { stepId } = scene.step('review');
    expect(mails(scene)).toEqual([
      {
        kind: 'send-reminder',
        nodeId: 'review',
        n: 1,
        requestBytes: expect.any(Number),
        request: {
          executionId: 'exec_test',
          stepId,
          message: {
            channel: 'email',
            recipients,
            subject: 'Reminder 1: Legal review waits for a decision',
            body: [
              'Legal review waits for a decision of:',
              '- ann',
              '',
              `Step: ${stepId}`,
              'Execution: exec_test',
              'Definition: Under test (under-test)',
              'Waiting since: 1970-01-01T00:00:01.000Z',
              'Due by: 1970-01-01T00:01:01.000Z',
              '',
            ].join('\n'),
            format: 'text',
          },
        },
      },
    ]);
  });

  test('is asked for with each reminder where there are recipients, and never without', () => {
    const scene = sceneOf({ remindEveryMs: 1_000, reminderRecipients: recipients });
    scene.wake(START + 1_000);
    expect(mails(scene).map((mail) => mail.n)).toEqual([1]);
    scene.wake(START + 2_000);
    expect(mails(scene).map((mail) => mail.n)).toEqual([2]);
    const without = sceneOf({ remindEveryMs: 1_000 });
    without.wake(START + 1_000);
    expect(without.effects).toEqual([]);
  });

  test('a line break in the name of the node begins no other header', () => {
    const scene = sceneOf(
      { remindAfterMs: 1_000, reminderRecipients: recipients },
      { name: 'Legal\r\nBcc: eve@evil.com' },
    );
    scene.wake(START + 1_000);
    expect(mails(scene)[0]!.request.message).toMatchObject({
      subject: 'Reminder 1: Legal Bcc: eve@evil.com waits for a decision',
    });
  });

  test('one on its way is told to stop when the step ends', () => {
    const scene = sceneOf({ remindAfterMs: 1_000, reminderRecipients: recipients });
    scene.wake(START + 1_000);
    scene.reject('review', 'ann');
    expect(scene.effects).toEqual([{ kind: 'cancel-work', stepId: scene.step('review').stepId }]);
  });
});
