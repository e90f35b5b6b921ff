// A client of one or more API processes: each request and its answer goes into the journal; what fails by chance is asked again.
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { HEADERS } from './headers';
import { type Call, type Journal, now } from './journal';
import type { Random } from './random';

export interface ApiClient {
  /** Asks this API process until there is an answer that is no 503 or 504. Throws when the run is over. */
  untilFrom(api: number, random: Random, operation: string, data: Call['data']): Promise<Call>;
  /** Asks any API, and then the next, until there is an answer that is no 503 or 504. Throws when the run is over. */
  until(random: Random, operation: string, data: Call['data']): Promise<Call>;
  /** Asks the first API once, whatever it answers. */
  once(operation: string, data: Call['data']): Promise<Call>;
  close(): Promise<void>;
}

const ANSWER_MS_MAX = 10_000;
const BACK_OFF_MS = { min: 30, max: 300 };

/**
 * With as many connections as there are requests: none waits for another's answer. `answerMsMax`: whoever has no answer by then has
 * none.
 */
export function apiClient(
  urls: readonly string[],
  journal: Pick<Journal, 'add'>,
  stopping: AbortSignal,
  answerMsMax = ANSWER_MS_MAX,
): ApiClient {
  const pools = urls.map((url) => new Pool(url, { headersTimeout: answerMsMax, bodyTimeout: answerMsMax }));

  async function ask(api: number, operation: string, data: Call['data']): Promise<Call> {
    const startedAt = now();
    const answer = await answerOf(pools[api], operation, data);
    const call: Call = { kind: 'call', startedAt, endedAt: now(), api, operation, data, ...answer };
    journal.add(call);
    return call;
  }

  async function until(apis: readonly number[], random: Random, operation: string, data: Call['data']): Promise<Call> {
    let wait = BACK_OFF_MS.min;
    for (let asked = 0; ; asked++) {
      stopping.throwIfAborted();
      const call = await ask(apis[asked % apis.length] ?? 0, operation, data);
      if (isAnswer(call)) return call;
      await sleep(random.between(wait / 2, wait));
      wait = Math.min(wait * 2, BACK_OFF_MS.max);
    }
  }

  return {
    once: (...rest) => ask(0, ...rest),
    untilFrom: (api, ...rest) => until([api], ...rest),
    until(random, ...rest) {
      const first = Math.floor(random.between(0, urls.length));
      return until(
        urls.map((_, index) => (first + index) % urls.length),
        random,
        ...rest,
      );
    },
    close: async () => void (await Promise.all(pools.map((pool) => pool.destroy()))),
  };
}

/** Anything but a broken connection and the two answers that say: ask again. */
const isAnswer = ({ http }: Call): boolean => http !== null && http !== 503 && http !== 504;

type Answer = Pick<Call, 'http' | 'result' | 'error' | 'retryAfter'>;

async function answerOf(pool: Pool | undefined, operation: string, data: Call['data']): Promise<Answer> {
  try {
    if (pool === undefined) throw new Error('no such API process');
    const { statusCode, headers, body } = await pool.request({
      method: 'POST',
      path: `/v2/workflow/${operation}`,
      headers: HEADERS,
      body: JSON.stringify({ data }),
    });
    const { result = null, error = null } = (await body.json()) as Partial<Pick<Answer, 'result' | 'error'>>;
    const retryAfter = headers['retry-after'];
    return { http: statusCode, result, error, retryAfter: typeof retryAfter === 'string' ? retryAfter : null };
  } catch (error) {
    return { http: null, result: null, error: { status: 'NO_ANSWER', message: String(error) }, retryAfter: null };
  }
}
