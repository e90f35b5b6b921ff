// After the last disturbance: waits until every event of what has ended was delivered, and reads everything once more.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../api-client';
import { atATime } from '../at-a-time';
import { now } from '../journal';
import { randomOf } from '../random';
import type { Ledger } from './ledger';
import type { Played } from './play';

const AT_ONCE = 4;
const LOOK_MS = 500;
const PAGE_SIZE = 500;

/** The ids of those whose deliveries were not done when the time was up. */
export async function untilDelivered(
  client: ApiClient,
  executionIds: readonly string[],
  stopping: AbortSignal,
): Promise<ReadonlySet<string>> {
  const open = new Set(executionIds);
  while (open.size > 0 && !stopping.aborted) {
    await each([...open], async (executionId) => {
      const { http, result } = await client.once('executions/listDeliveries', { executionId });
      if (http !== 200) return;
      const { items } = result as { readonly items: readonly { readonly status: string }[] };
      if (items.every(({ status }) => status !== 'pending')) open.delete(executionId);
    });
    if (open.size > 0) await sleep(LOOK_MS);
  }
  return open;
}

/** What stood still and has gone on meanwhile was only slow: a busy machine takes a minute for what takes a second. */
export async function lookedAtAgain(client: ApiClient, played: readonly Played[]): Promise<readonly Played[]> {
  return Promise.all(
    played.map(async (one): Promise<Played> => {
      if (one.ending !== 'stood-still') return one;
      const { http, result } = await client.once('executions/get', { executionId: one.executionId });
      const hasGoneOn = http === 200 && JSON.stringify(result) !== JSON.stringify(one.latest);
      return hasGoneOn ? { ...one, ending: 'left-open' } : one;
    }),
  );
}

/** The reads that the checker holds everything against. What cannot be read until the time is up is not, which it finds. */
export async function readAll(
  client: ApiClient,
  ledger: Ledger,
  executionIds: readonly string[],
  stopping: AbortSignal,
): Promise<void> {
  ledger.add({ kind: 'settled', at: now() });
  const random = randomOf(0, 'last reads');
  async function read(executionId: string): Promise<void> {
    await client.until(random, 'executions/get', { executionId });
    for (let sinceSeq = 0, hasMore = true; hasMore; ) {
      const page = { executionId, sinceSeq, pageSize: PAGE_SIZE };
      const { result } = await client.until(random, 'executions/getEvents', page);
      const told = result as { readonly nextCursor: number; readonly hasMore: boolean } | null;
      sinceSeq = told?.nextCursor ?? 0;
      hasMore = told?.hasMore ?? false;
    }
  }
  await each(executionIds, (executionId) =>
    read(executionId).catch((error: unknown) => {
      if (!stopping.aborted) throw error;
    }),
  );
}

const each = (ids: readonly string[], work: (id: string) => Promise<void>): Promise<void> =>
  atATime(AT_ONCE, ids.length, (index) => work(ids[index] as string));
