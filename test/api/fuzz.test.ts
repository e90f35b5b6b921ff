// 2,000 cases of the fuzzer; `npm run test:fuzz -- --n 50000 --seed 1` makes more of them.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { OpenApiDocument } from '../../src/api/openapi/document';
import { type FuzzRequest, mutated } from './fuzz/mutate';
import { randomOf } from './fuzz/random';
import { type ApiHarness, CREDENTIALS, startApiHarness } from './harness';

const CASES = Number(process.env.FUZZ_N ?? 2_000);
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const AT_ONCE = 8;
/** A machine that is busy answers 503 or 504 with Retry-After: such a request is made again, and must come through. */
const TRIES_MAX = 10;
/** What another workspace keeps; it may never be read. */
const SECRET = 'only-for-workspace-two';
const HANG_MS = 10_000;
const GROWTH_BYTES_MAX = 200 * 1024 * 1024;

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.close());

async function validRequests(): Promise<FuzzRequest[]> {
  const { paths } = (await (await fetch(`${api.url}/openapi.json`)).json()) as OpenApiDocument;
  const foreign = await foreignIds();
  const { executionId, steps } = await api.waiting(await api.define(), ['human-legal']);
  const headers = { 'content-type': 'application/json', ...CREDENTIALS.one };
  const enveloped = Object.entries(paths).filter(([, { post }]) => post.security === undefined);
  return enveloped.flatMap(([path, { post }]) =>
    Object.values(post.requestBody.content['application/json'].examples ?? {}).flatMap(({ value }) => {
      const { data } = value as { data: Record<string, unknown> };
      const own = 'executionId' in data ? { executionId, ...('stepId' in data ? { stepId: steps[0] } : {}) } : {};
      const theirs = Object.fromEntries(Object.entries(foreign).filter(([name]) => name in data));
      return [data, { ...data, ...own }, { ...data, ...theirs }].map(
        (it): FuzzRequest => ({ method: 'POST', path, headers, body: JSON.stringify({ data: it }) }),
      );
    }),
  );
}

/** A definition and an execution of the other workspace that hold the secret. */
async function foreignIds(): Promise<Record<string, unknown>> {
  const definitionId = 'foreign-definition';
  const nodes = [{ nodeId: 'a', type: 'human', config: { reviewerIds: [SECRET], commentBody: SECRET } }];
  await api.call('definitions/create', { definitionId, name: SECRET, nodes }, { workspace: 'two' });
  const data = { definitionId, idempotencyKey: 'foreign', correlationId: SECRET };
  const { result } = await api.call('executions/dispatch', data, { workspace: 'two' });
  return { definitionId, executionId: result.executionId };
}

test(
  `${CASES} mutated requests of seed ${SEED}: the envelope, no 5xx, no hang, nothing of another workspace, no growth`,
  async () => {
    const valid = await validRequests();
    const random = randomOf(SEED);
    const faults: string[] = [];
    let next = 0;
    let settled = 0;

    const ask = async (request: FuzzRequest, tries = 1): Promise<void> => {
      const { method, path, headers, body } = request;
      const shown = `${method} ${path} ${Buffer.from(body).subarray(0, 600).toString()}`;
      try {
        const signal = AbortSignal.timeout(HANG_MS);
        const response = await fetch(`${api.url}${path}`, { method, headers, body, signal });
        const text = await response.text();
        const isBusy = response.status > 500 && response.headers.has('retry-after');
        if (isBusy && tries < TRIES_MAX) return ask(request, tries + 1);
        const isForeign = text.includes(SECRET) && !shown.includes(SECRET);
        for (const fault of faultsOf(response, text, isForeign)) {
          faults.push(`${fault}: ${text.slice(0, 300)} <- ${shown}`);
        }
      } catch (error) {
        faults.push(`${error} <- ${shown}`);
      }
    };
    const caller = async (): Promise<void> => {
      while (next < CASES) {
        next++;
        if (next === Math.floor(CASES / 2)) settled = process.memoryUsage().rss;
        await ask(mutated(random.pick(valid), random));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, caller));
    expect(faults.slice(0, 5)).toEqual([]);
    expect(process.memoryUsage().rss - settled).toBeLessThan(GROWTH_BYTES_MAX);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  },
  120_000 + CASES * 60,
);

function faultsOf(response: Response, text: string, isForeign: boolean): string[] {
  const answer = JSON.parse(text);
  const isEnvelope = response.status === 200 ? answer.result : answer.error?.message && answer.error.status;
  return [
    ...(response.status >= 500 ? [`${response.status}`] : []),
    ...(isEnvelope ? [] : ['no envelope']),
    ...(isForeign ? ['foreign data'] : []),
    ...(response.headers.has('x-request-id') ? [] : ['no request id']),
  ];
}
