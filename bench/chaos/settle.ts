// After the last kill: waits until every event has reached the receiver, and reads everything once more on both APIs.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../api-client';
import { atATime } from '../at-a-time';
import { type Journal, now } from '../journal';
import { type Random, randomOf } from '../random';
import type { SeenEvent, SeenExecution } from '../views';
import { DEFINITIONS } from './definitions';

interface EventsAnswer {
  readonly events: readonly SeenEvent[];
  readonly nextCursor: number;
  readonly hasMore: boolean;
}

const AT_ONCE = 16;
const DELIVERED_MS_MAX = 25_000;

/** True when all arrived before the run was over. */
export async function untilDelivered(
  client: ApiClient,
  keys: readonly string[],
  received: () => ReadonlySet<string>,
): Promise<boolean> {
  const random = randomOf(0, 'settling');
  const open = new Set(keys);
  for (const until = Date.now() + DELIVERED_MS_MAX; open.size > 0 && Date.now() < until; ) {
    const seen = received();
    await each([...open], async (key) => {
      const events = await allEvents(client, random, `exec_${key}`);
      const hasEnded = events.some(({ type }) => /^execution\.(completed|failed|cancelled)$/.test(type));
      if (hasEnded && events.every(({ eventId }) => seen.has(eventId))) open.delete(key);
    });
    if (open.size > 0) await sleep(500);
  }
  return open.size === 0;
}

/** The reads that the checker holds the end states against. */
export async function readAll(client: ApiClient, journal: Journal, keys: readonly string[]): Promise<void> {
  journal.add({ kind: 'settled', at: now() });
  const random = randomOf(0, 'last reads');
  await each(keys, async (key) => {
    const executionId = `exec_${key}`;
    for (const api of [0, 1]) await client.untilFrom(api, random, 'executions/get', { executionId });
    await allEvents(client, random, executionId);
  });
  for (const { definitionId } of DEFINITIONS) {
    let cursor: string | null = null;
    do {
      const data = { definitionId, pageSize: 500, ...(cursor === null ? {} : { cursor }) };
      const { result } = await client.until(random, 'executions/list', data);
      cursor = (result as { readonly items: readonly SeenExecution[]; readonly nextCursor: string | null }).nextCursor;
    } while (cursor !== null);
  }
}

async function allEvents(client: ApiClient, random: Random, executionId: string): Promise<readonly SeenEvent[]> {
  const events: SeenEvent[] = [];
  for (let sinceSeq = 0; ; ) {
    const { result } = await client.until(random, 'executions/getEvents', { executionId, sinceSeq });
    const page = result as EventsAnswer | null;
    if (page === null) return events;
    events.push(...page.events);
    if (!page.hasMore) return events;
    sinceSeq = page.nextCursor;
  }
}

const each = (keys: readonly string[], work: (key: string) => Promise<void>): Promise<void> =>
  atATime(AT_ONCE, keys.length, (index) => work(keys[index] as string));
