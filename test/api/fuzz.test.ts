// 1,000 cases of the fuzzer; `npm run test:fuzz -- --n 50000 --seed 1` makes more of them.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Receiver, startReceiver } from '../support/receiver';
import { approvalRequests } from './fuzz/approval-requests';
import { callbackRequests } from './fuzz/callback-requests';
import { dialectRequests } from './fuzz/dialect-requests';
import { foreignWorkspace } from './fuzz/foreign';
import { FORGED_DEFINITION, inboundRequests } from './fuzz/inbound-requests';
import { type Judge, judgeOf } from './fuzz/judge';
import { type FuzzRequest, mutated } from './fuzz/mutate';
import { randomOf } from './fuzz/random';
import { type ApiHarness, startApiHarness } from './harness';

const CASES = Number(process.env.FUZZ_N ?? 1_000);
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const AT_ONCE = 8;
/** A machine that is busy answers 503 or 504 with Retry-After: such a request is made again, and must come through. */
const TRIES_MAX = 10;
const HANG_MS = 10_000;
/** What may live on after the second half of the requests that did not after the first. */
const GROWTH_BYTES_MAX = 48 * 1024 * 1024;
/** What so many cases bring about at least, so that none of the rooms is guarded by an early refusal alone. */
const REACHED = [
  ...['approval 200', 'approval 400', 'approval 404', 'inbound 200', 'inbound 400', 'inbound 401', 'inbound 413'],
  ...['callback 200', 'callback 400', 'callback 401', 'callback 409', 'conductor 200', 'conductor 400'],
  ...['conductor 401', 'conductor 404', 'flowker 200', 'flowker 400', 'flowker 401', 'flowker 404'],
];

let api: ApiHarness;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
  api = await startApiHarness({ env: { OUTBOUND_ALLOW: receiver.host } });
});
afterAll(async () => {
  await api.close();
  await receiver.close();
});

test(
  `${CASES} mutated requests of seed ${SEED}: no 5xx, no hang, every answer in the words of its room and as documented, nothing served that is forged, nothing of another workspace, no growth`,
  async () => {
    const foreign = await foreignWorkspace(api);
    const callbacks = await callbackRequests(api, receiver);
    const approval = await approvalRequests(api, foreign);
    const inbound = await inboundRequests(api, foreign);
    const dialects = await dialectRequests(api, foreign);
    const rooms = [approval, approval, inbound, inbound, callbacks.requests, dialects, dialects];
    const random = randomOf(SEED);
    const judge = await judgeOf(api.url);
    const faults: string[] = [];
    const reached = new Set<string>();
    let next = 0;
    let settled = 0;

    const caller = async (): Promise<void> => {
      while (next < CASES) {
        next++;
        if (next === Math.floor(CASES / 2)) settled = liveBytes();
        const request = mutated(random.pick(random.pick(rooms)), random);
        faults.push(...(await ask(judge, request, reached)));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, caller));
    expect(faults.slice(0, 5)).toEqual([]);
    expect(REACHED.filter((it) => !reached.has(it))).toEqual([]);
    expect(liveBytes() - settled).toBeLessThan(GROWTH_BYTES_MAX);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(await executionsWhere(`DefinitionId = "${FORGED_DEFINITION}"`)).toBe(0);
    expect(await executionsWhere(`Workspace = "${foreign.workspace}"`)).toBe(1);
    expect(await callbacks.ended()).toEqual([]);
  },
  120_000 + CASES * 60,
);

/** Of the API's heap and buffers, without what is only waiting to be collected. */
function liveBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The faults of the answer. */
async function ask(judge: Judge, request: FuzzRequest, reached: Set<string>): Promise<string[]> {
  const { method, path, headers, body } = request;
  const shown = `${method} ${path} ${JSON.stringify(headers)} ${Buffer.from(body ?? '').subarray(0, 600)}`;
  try {
    for (let tries = 1; ; tries++) {
      const signal = AbortSignal.timeout(HANG_MS);
      const init = { method, headers, signal, ...(body === undefined ? {} : { body }) };
      const response = await fetch(`${api.url}${path}`, init as RequestInit);
      const answered = { http: response.status, headers: response.headers, text: await response.text() };
      const isBusy = response.status > 500 && response.headers.has('retry-after');
      if (isBusy && tries < TRIES_MAX) continue;
      reached.add(`${judge.roomOf(request)} ${response.status}`);
      return judge
        .faultsOf(request, answered)
        .map((fault) => `${response.status} ${fault}: ${answered.text.slice(0, 300)} <- ${shown}`);
    }
  } catch (error) {
    return [`${error} <- ${shown}`];
  }
}

async function executionsWhere(condition: string): Promise<number> {
  return (await api.client.workflow.count(`WorkflowType = "execution" AND ${condition}`)).count;
}
