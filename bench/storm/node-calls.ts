// What the storm's webhook nodes call, what they are answered, and when the callback of an async one comes. The step decides.
import { setTimeout as sleep } from 'node:timers/promises';
import { assertNever } from '../../src/definition/json';
import { type Call, now } from '../journal';
import { hashOf, type Random } from '../random';

const NODE_ANSWERS = ['takes', 'takes', 'takes', 'rejects', 'fails', 'refuses', 'dawdles', 'hangs'] as const;
export type NodeAnswer = (typeof NODE_ANSWERS)[number];

const CALLS_BACK: ReadonlySet<NodeAnswer> = new Set(['takes', 'rejects', 'dawdles', 'hangs']);
const DAWDLE_MS_MAX = 900;
const CALLBACK_MS_MAX = 800;
const CALLBACKS_MAX = 20;
const CALL_AGAIN_MS = 300;

export const webhookConfig = (random: Random, mode: 'sync' | 'async', host: string): object => ({
  url: `http://${host}/node/${random.pick(NODE_ANSWERS)}`,
  mode,
  method: 'POST',
  authMode: random.pick(['none', 'none', 'hmac']),
  timeoutMs: 1_000,
  bodyTemplate: 'envelope',
});

export interface NodeCall {
  readonly stepId: string;
  readonly callback?: { readonly url: string; readonly token: string; readonly tokenHeader: string };
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: object | null;
}

/** Null: there is no answer, for the caller to lose patience. */
export async function nodeAnswer(answer: NodeAnswer, { stepId }: NodeCall): Promise<HttpAnswer | null> {
  switch (answer) {
    case 'takes':
      return { status: 200, body: { score: 7 } };
    case 'rejects':
      return { status: 200, body: { decision: 'reject' } };
    case 'fails':
      return { status: 500, body: null };
    case 'refuses':
      return { status: 400, body: null };
    case 'dawdles':
      await sleep(hashOf(stepId) % DAWDLE_MS_MAX);
      return { status: 200, body: { score: 7 } };
    case 'hangs':
      return null;
    default:
      return assertNever(answer);
  }
}

/**
 * Calls back where it is asked for: a third at once, before the call itself is answered, and a quarter twice. Each is repeated until
 * it is answered with other than 429 or a 5xx; `told` hears of every answer.
 */
export async function callBack(answer: NodeAnswer, call: NodeCall, told: (call: Call) => void): Promise<void> {
  if (call.callback === undefined || !CALLS_BACK.has(answer)) return;
  const fate = hashOf(call.stepId);
  const waits = [fate % 3 === 0 ? 0 : fate % CALLBACK_MS_MAX, ...(fate % 4 === 0 ? [fate % 700] : [])];
  await Promise.all(
    waits.map(async (wait) => {
      await sleep(wait);
      for (let called = 0; called < CALLBACKS_MAX; called++) {
        const { http } = await calledBack(answer, call, told);
        if (http !== null && http < 500 && http !== 429) return;
        await sleep(CALL_AGAIN_MS);
      }
    }),
  );
}

async function calledBack(answer: NodeAnswer, { stepId, callback }: NodeCall, told: (call: Call) => void) {
  if (callback === undefined) throw new Error('there is nobody to call back');
  const decision = answer === 'rejects' ? 'reject' : 'approve';
  const hasFailed = hashOf(stepId) % 5 === 0;
  const word = hasFailed ? { status: 'failed', error: 'no' } : { status: 'completed', output: { decision } };
  const startedAt = now();
  const answered = await fetch(callback.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [callback.tokenHeader]: callback.token },
    body: JSON.stringify(word),
  }).then(
    async (response) => ({ http: response.status, ...((await response.json()) as Pick<Call, 'error'>) }),
    (error: unknown) => ({ http: null, error: { status: 'NO_ANSWER', message: String(error) } }),
  );
  const call: Call = {
    ...{ kind: 'call', startedAt, endedAt: now(), api: 0, operation: 'webhook-callback', data: { stepId } },
    ...{ http: answered.http, result: null, error: answered.error ?? null, retryAfter: null },
  };
  told(call);
  return call;
}
