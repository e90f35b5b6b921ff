// What only a worker can say of a run that has closed: its view, its events. It replays the whole history for each query, and its
// answer stays the same: who asks meanwhile shares the query, and what it said is kept for a while
// (docs/decisions/0143-closed-views-are-kept.md).
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { LRUCache } from 'lru-cache';
import { GRPC, grpcCodeOf } from '../../temporal/grpc';
import { tooSlow } from '../temporal-errors';

/** All answers of one process together, as text: what is made of it may take seven times as much memory. */
const KEPT_BYTES_MAX = 32 * 1024 * 1024;
/** What is larger than this is asked for anew each time. */
const ANSWER_BYTES_MAX = 8 * 1024 * 1024;
/** A worker of another build may read the same history otherwise. */
const KEPT_MS = 5 * 60_000;
/** A replay that takes longer than a call has goes on for whoever comes again. */
const REPLAY_MS_MAX = 10_000;
/** A caller's part of that: less than its call has, so that there is time left to say why it was not answered. */
const WAIT_MS_MAX = 3_000;
/** Beyond these each caller asks for itself, and no longer than its call has. */
const UNDER_WAY_MAX = 16;

export interface ClosedRuns {
  /** What was kept under the key, or what `ask` gives now. The key names a run that its own last workflow task has closed. */
  of<T extends object>(key: string, ask: () => Promise<T>): Promise<T>;
}

export function closedRuns(client: Pick<Client, 'withDeadline'>, waitMs = WAIT_MS_MAX): ClosedRuns {
  const kept = new LRUCache<string, Buffer>({
    maxSize: KEPT_BYTES_MAX,
    maxEntrySize: ANSWER_BYTES_MAX,
    sizeCalculation: (text) => text.length,
    ttl: KEPT_MS,
  });
  const underWay = new Map<string, Promise<object>>();

  async function replayed(key: string, ask: () => Promise<object>): Promise<object> {
    try {
      const answer = await client.withDeadline(Date.now() + REPLAY_MS_MAX, ask);
      kept.set(key, Buffer.from(JSON.stringify(answer)));
      return answer;
    } finally {
      underWay.delete(key);
    }
  }

  function begun(key: string, ask: () => Promise<object>): Promise<object> {
    const asked = replayed(key, ask);
    underWay.set(key, asked);
    return asked;
  }

  /** One that was nearly out of time when it was joined is begun anew: a worker may be there by now. */
  async function shared(key: string, ask: () => Promise<object>): Promise<object> {
    const known = underWay.get(key);
    if (known === undefined) return begun(key, ask);
    return known.catch((error: unknown) => {
      if (grpcCodeOf(error) !== GRPC.DEADLINE_EXCEEDED) throw error;
      return underWay.get(key) ?? begun(key, ask);
    });
  }

  async function found(key: string, ask: () => Promise<object>): Promise<object> {
    const known = kept.get(key);
    if (known !== undefined) return JSON.parse(known.toString());
    if (underWay.size >= UNDER_WAY_MAX && !underWay.has(key)) return ask();
    const waiting = new AbortController();
    const late = sleep(waitMs, undefined, { signal: waiting.signal }).then(() => {
      throw tooSlow(new Error('the run is still being replayed'));
    });
    return Promise.race([shared(key, ask), late]).finally(() => waiting.abort());
  }

  return { of: <T extends object>(key: string, ask: () => Promise<T>) => found(key, ask) as Promise<T> };
}
