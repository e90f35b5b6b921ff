// Whether a worker polls is told by Temporal's clock, and looked at by ours: they may differ.
import { expect, test } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { GRPC } from '../../src/temporal/grpc';
import { checkReadiness, isPolled } from '../../src/temporal/readiness';

type Asked = Pick<Client, 'options' | 'workflowService'>;

/** A Temporal whose newest poll is as old as `ageMs` says at that moment; null: nobody polls. */
function temporalWith(ageMs: () => number | null): Asked {
  const describeTaskQueue = async () => {
    const age = ageMs();
    return { pollers: age === null ? [] : [{ lastAccessTime: { seconds: Math.floor((Date.now() - age) / 1000) } }] };
  };
  return { options: { namespace: 'default' }, workflowService: { describeTaskQueue } } as unknown as Asked;
}

const HOURS = 3_600_000;

test('where the clocks agree, a poll of the last minute tells of a worker, and an older one of none', async () => {
  expect(
    await isPolled(
      temporalWith(() => 30_000),
      'q',
    ),
  ).toBe(true);
  expect(
    await isPolled(
      temporalWith(() => 200_000),
      'q',
    ),
  ).toBe(false);
  expect(
    await isPolled(
      temporalWith(() => null),
      'q',
    ),
  ).toBe(false);
});

test.each([
  ['behind', 2 * HOURS],
  ['ahead of', -2 * HOURS],
])('where the clock of Temporal is hours %s ours, polls that go on tell of a worker', async (_, difference) => {
  let age: number | null = difference;
  const temporal = temporalWith(() => age);
  expect(await isPolled(temporal, 'q')).toBe(false);
  age = difference - 20_000;
  expect(await isPolled(temporal, 'q')).toBe(true);
  expect(await isPolled(temporal, 'of others')).toBe(false);
  age = null;
  expect(await isPolled(temporal, 'q')).toBe(false);
});

test.each([
  ['INTERNAL', /^Temporal is reached, and fails/],
  ['UNIMPLEMENTED', /^Temporal is reached, and fails/],
  ['PERMISSION_DENIED', /^Temporal refuses this server/],
  ['UNAUTHENTICATED', /^Temporal refuses this server/],
  ['UNAVAILABLE', /^Temporal cannot be reached/],
  ['DEADLINE_EXCEEDED', /^Temporal cannot be reached/],
] as const)(
  'of a Temporal that answers %s it is said what is missing, and nothing of its words',
  async (code, sentence) => {
    const details = 'a word of its own';
    const describeTaskQueue = async () => {
      throw Object.assign(new Error(details), { code: GRPC[code], details, metadata: {} });
    };
    const client = {
      options: { namespace: 'default' },
      workflowService: { describeTaskQueue },
      withDeadline: (_deadline: number, calls: () => Promise<unknown>) => calls(),
    } as unknown as Client;
    const { ready, missing } = await checkReadiness(client, 'q');
    expect(ready).toBe(false);
    expect(missing).toEqual([expect.stringMatching(sentence)]);
    expect(missing[0]).not.toContain(details);
  },
);
