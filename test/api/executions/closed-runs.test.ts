// What is kept of what workers say of closed runs; what it is for, ended.test.ts shows.
import { AsyncLocalStorage } from 'node:async_hooks';
import { expect, test } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { type ClosedRuns, closedRuns } from '../../../src/api/executions/closed-runs';
import type { ExecutionView } from '../../../src/engine/view';

const scopes = new AsyncLocalStorage<number>();
const client = {
  withDeadline: (deadline: number, calls: () => Promise<unknown>) => scopes.run(deadline, calls),
} as unknown as Client;

/** Of about so many bytes as JSON. */
const viewOf = (name: string, bytes = 0) => ({ executionId: name, failureReason: 'x'.repeat(bytes) }) as never;

interface Replay {
  readonly deadline: number;
  readonly end: (view: ExecutionView) => void;
  readonly fail: (error: Error) => void;
}

function scene(waitMs?: number) {
  const replays: Replay[] = [];
  const ask = () =>
    new Promise<ExecutionView>((end, fail) => replays.push({ deadline: scopes.getStore() ?? 0, end, fail }));
  return { closed: closedRuns(client, waitMs), replays, ask };
}

async function keptOf(closed: ClosedRuns, name: string, bytes = 0): Promise<ExecutionView> {
  return closed.of(name, async () => viewOf(name, bytes));
}

const unasked = async (): Promise<never> => {
  throw new Error('it was asked again');
};

test('those who read a run together share one replay, which is kept for those who come later', async () => {
  const { closed, replays, ask } = scene();
  const together = Promise.all([closed.of('it', ask), closed.of('it', ask), closed.of('it', ask)]);
  await new Promise(setImmediate);
  expect(replays).toHaveLength(1);
  replays[0]?.end(viewOf('it'));
  expect(await together).toEqual([viewOf('it'), viewOf('it'), viewOf('it')]);
  expect(await closed.of('it', unasked)).toEqual(viewOf('it'));
  expect(await keptOf(closed, 'another')).toEqual(viewOf('another'));
});

test('a replay has more time than the call that began it, and one that was not waited for is there for the next caller', async () => {
  const { closed, replays, ask } = scene(10);
  const early = scopes.run(Date.now() + 3_500, () => closed.of('it', ask));
  await expect(early).rejects.toMatchObject({ status: 'DEADLINE_EXCEEDED' });
  expect(replays[0]?.deadline).toBeGreaterThan(Date.now() + 3_500);
  replays[0]?.end(viewOf('it'));
  await new Promise(setImmediate);
  expect(await closed.of('it', unasked)).toEqual(viewOf('it'));
});

test('a failure is told to all who waited for it, and is not kept', async () => {
  const { closed, replays, ask } = scene();
  const together = [closed.of('it', ask), closed.of('it', ask)];
  replays[0]?.fail(new Error('no worker'));
  for (const one of together) await expect(one).rejects.toThrow('no worker');
  expect(await keptOf(closed, 'it')).toEqual(viewOf('it'));
});

test('who has joined a replay whose time is up shares another one, which a worker may take by now', async () => {
  const { closed, replays, ask } = scene();
  const first = closed.of('it', ask);
  const joined = Promise.all([closed.of('it', ask), closed.of('it', ask)]);
  replays[0]?.fail(Object.assign(new Error('time is up'), { code: 4, details: 'time is up', metadata: {} }));
  await expect(first).rejects.toThrow('time is up');
  await new Promise(setImmediate);
  expect(replays).toHaveLength(2);
  replays[1]?.end(viewOf('it'));
  expect(await joined).toEqual([viewOf('it'), viewOf('it')]);
});

test('beyond sixteen replays at once each caller asks for itself, within its own time', async () => {
  const { closed, replays, ask } = scene();
  const own = Date.now() + 3_500;
  const read = (name: string) => scopes.run(own, () => closed.of(name, ask));
  const all = Array.from({ length: 18 }, (_, index) => read(`${index}`));
  all.push(read('0'), read('17'));
  await new Promise(setImmediate);
  expect(replays.map(({ deadline }) => deadline === own)).toEqual([...Array(16).fill(false), true, true, true]);
  for (const { end } of replays) end(viewOf('it'));
  await Promise.all(all);
});

test('no more is kept than fits into 32 MiB, and nothing of more than 8', async () => {
  const { closed } = scene();
  const mebibyte = 1024 * 1024;
  await keptOf(closed, 'too large', 9 * mebibyte);
  await expect(closed.of('too large', unasked)).rejects.toThrow('asked again');
  for (let index = 0; index < 5; index++) await keptOf(closed, `${index}`, 7 * mebibyte);
  await expect(closed.of('0', unasked)).rejects.toThrow('asked again');
  for (let index = 1; index < 5; index++)
    expect((await closed.of<ExecutionView>(`${index}`, unasked)).executionId).toBe(`${index}`);
});
