import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020';
import { gateLimits } from '../../src/api/edge/gate';
import type { OpenApiDocument } from '../../src/api/openapi/document';
import { freePort } from '../../src/dev/port';
import { type Answer, type ApiHarness, CREDENTIALS, startApiHarness } from './harness';

let api: ApiHarness;
let document: OpenApiDocument;
let operations: [path: string, operation: OpenApiDocument['paths'][string]['post']][];
/** All but the inbound webhook, which has its own words and tests. */
let enveloped: typeof operations;
beforeAll(async () => {
  api = await startApiHarness();
  document = (await (await fetch(`${api.url}/openapi.json`)).json()) as OpenApiDocument;
  operations = Object.entries(document.paths).map(([path, { post }]) => [path, post]);
  enveloped = operations.filter(([, { security }]) => security === undefined);
});
afterAll(() => api.close());

const json = { 'content-type': 'application/json', ...CREDENTIALS.one };
const post = (path: string, body: string, headers: Record<string, string> = json, at = api) =>
  at.send(path, { method: 'POST', headers, body });

/** A body that passes the schema of an operation and names nothing that exists. */
function exampleOf(path: string): { data: Record<string, unknown> } {
  const [example] = Object.values(document.paths[path]!.post.requestBody.content['application/json'].examples ?? {});
  if (!example) throw new Error(`${path} has no example`);
  return structuredClone(example.value) as { data: Record<string, unknown> };
}

describe('the document', () => {
  test('is OpenAPI 3.1 whose references all lead somewhere, and whose schemas are sound JSON Schemas', () => {
    expect(document.openapi).toBe('3.1.0');
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
    for (const [, name = ''] of references) expect(document.components.schemas).toHaveProperty(name);
    const ajv = new Ajv2020();
    const schemas = JSON.stringify(document).replace(/"\$ref":"[^"]*"/g, '"title":"a reference"');
    const check = (value: any): void => {
      if (typeof value !== 'object' || value === null) return;
      if (value.schema) expect(ajv.validateSchema(value.schema)).toBe(true);
      Object.values(value).forEach(check);
    };
    check(JSON.parse(schemas));
  });

  test('describes every operation: a summary, a result, an example', () => {
    const poor = operations.filter(
      ([, { summary, description, requestBody, responses }]) =>
        !/^[A-Z]/.test(summary) ||
        description === '' ||
        !requestBody.content['application/json'].examples ||
        JSON.stringify(responses[200]!.content['application/json'].schema).includes(
          '"properties":{"result":{"type":"object","properties":{}',
        ),
    );
    expect(poor.map(([path]) => path)).toEqual([]);
  });

  test('every example fits its schema: requests are understood, answers are what the reference says', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false, inlineRefs: false });
    ajv.addSchema({ $id: 'x:doc', components: document.components } as object);
    for (const [path, { requestBody, responses }] of operations) {
      for (const { schema, examples = {} } of [
        requestBody.content['application/json'],
        responses[200]!.content['application/json'],
      ]) {
        const validate = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"x:doc#/')));
        for (const { value } of Object.values(examples)) {
          expect([path, validate(value), validate.errors]).toEqual([path, true, null]);
        }
      }
    }
  });

  test('the reference page shows every operation, without scripts, and may load nothing from elsewhere', async () => {
    const response = await fetch(`${api.url}/docs`);
    const page = await response.text();
    for (const [path, { operationId }] of operations) {
      expect(page).toContain(path);
      expect(page).toContain(`id="${operationId}"`);
    }
    expect(page).not.toMatch(/<script|\bhttps?:\/\/(?!hooks\.acme\.com)/);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    const style = await fetch(`${api.url}/docs/style.css`);
    expect([style.status, style.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8']);
  });
});

/** How each documented refusal comes about, for any operation. Answers that differ from the document fail in `send`. */
describe('every operation is served, and refuses as it documents', () => {
  let strict: ApiHarness;
  let full: ApiHarness;
  let unreachable: ApiHarness;
  let silent: ApiHarness;
  let hole: Server;
  const swallowed = new Set<Socket>();
  beforeAll(async () => {
    const one = { total: 0, perApiKey: 0 };
    strict = await startApiHarness({ worker: false, limits: { ...gateLimits(1) } });
    full = await startApiHarness({ worker: false, limits: { ...gateLimits(null), inFlight: one } });
    unreachable = await startApiHarness({ worker: false, env: { TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}` } });
    const port = await freePort();
    hole = createServer((socket) => swallowed.add(socket)).listen(port, '127.0.0.1');
    silent = await startApiHarness({ worker: false, env: { TEMPORAL_ADDRESS: `127.0.0.1:${port}` } });
  });
  afterAll(async () => {
    for (const it of [strict, full, unreachable, silent]) await it.close();
    for (const socket of swallowed) socket.destroy();
    hole.close();
  });

  const everywhere = async (ask: (path: string) => Promise<Answer>): Promise<void> => {
    const answers = await Promise.all(enveloped.map(async ([path]) => [path, (await ask(path)).http] as const));
    expect(answers.filter(([, http]) => http === 404 || http === 500)).toEqual([]);
  };
  const expectEverywhere = async (ask: (path: string) => Promise<Answer>, expected: object): Promise<void> => {
    for (const [path] of enveloped) {
      const { http, error } = await ask(path);
      expect({ path, http, status: error.status }).toEqual({ path, ...expected });
    }
  };

  test('200: the example of every operation is understood, under both prefixes', async () => {
    await everywhere((path) => post(path, '{}'));
    await everywhere((path) => post(path.replace('/v2/', '/v1/'), '{}'));
  });

  test('INVALID_ARGUMENT 400, 413 and 415', async () => {
    await expectEverywhere((path) => post(path, '{}'), { http: 400, status: 'INVALID_ARGUMENT' });
    const large = ' '.repeat(1_048_577);
    await expectEverywhere((path) => post(path, large), { http: 413, status: 'INVALID_ARGUMENT' });
    const text = { ...json, 'content-type': 'text/plain' };
    await expectEverywhere((path) => post(path, '{}', text), { http: 415, status: 'INVALID_ARGUMENT' });
  });

  test('UNAUTHENTICATED and PERMISSION_DENIED', async () => {
    const nobody = { ...json, 'x-velt-api-key': 'nobody' };
    await expectEverywhere((path) => post(path, '{}', nobody), { http: 401, status: 'UNAUTHENTICATED' });
    const guess = { ...json, 'x-velt-auth-token': 'guess' };
    await expectEverywhere((path) => post(path, '{}', guess), { http: 403, status: 'PERMISSION_DENIED' });
  });

  test('RESOURCE_EXHAUSTED, and UNAVAILABLE when too much is going on', async () => {
    const untilRefused = async (path: string): Promise<Answer> => {
      for (;;) {
        const answer = await post(path, '{}', json, strict);
        if (answer.http === 429) return answer;
      }
    };
    await expectEverywhere(untilRefused, { http: 429, status: 'RESOURCE_EXHAUSTED' });
    await expectEverywhere((path) => post(path, '{}', json, full), { http: 503, status: 'UNAVAILABLE' });
  });

  test('UNAVAILABLE when Temporal is away, DEADLINE_EXCEEDED when it is silent: within five seconds, with Retry-After', async () => {
    const asking = enveloped.filter(([, { responses }]) => '504' in responses);
    expect(asking.length).toBeGreaterThan(0);
    for (const [at, expected] of [
      [unreachable, [503, 'UNAVAILABLE']],
      [silent, [504, 'DEADLINE_EXCEEDED']],
    ] as const) {
      const answers = await Promise.all(
        asking.map(async ([path]) => {
          const startedAt = performance.now();
          const { http, error, headers } = await post(path, JSON.stringify(exampleOf(path)), json, at);
          const inTime = performance.now() - startedAt < 5_000;
          return { path, http, status: error?.status, retryAfter: headers.get('retry-after'), inTime };
        }),
      );
      const [http, status] = expected;
      expect(answers).toEqual(asking.map(([path]) => ({ path, http, status, retryAfter: '2', inTime: true })));
    }
  });

  test('NOT_FOUND, wherever it is documented', async () => {
    for (const [path, { responses }] of operations.filter(([, operation]) => '404' in operation.responses)) {
      const { data } = exampleOf(path);
      const unknown = 'executionId' in data ? { executionId: 'exec_nothing' } : { definitionId: 'nothing-here' };
      const { http, error } = await post(path, JSON.stringify({ data: { ...data, ...unknown } }));
      expect({ path, http, status: error?.status }).toEqual({ path, http: 404, status: 'NOT_FOUND' });
      expect(responses[404]).toBeDefined();
    }
  });
});

/** ALREADY_EXISTS and FAILED_PRECONDITION depend on what an operation is about: here is how each comes about. */
describe('refusals that depend on the state', () => {
  const taken: Record<string, () => Promise<Answer>> = {
    '/v2/workflow/definitions/create': async () => {
      const data = { ...exampleOf('/v2/workflow/definitions/create').data, definitionId: await api.define() };
      return api.call('definitions/create', data);
    },
    '/v2/workflow/executions/dispatch': async () => {
      const [definitionId, other] = [await api.define(), await api.define()];
      const { result } = await api.call('executions/dispatch', { definitionId });
      const idempotencyKey = result.executionId.slice('exec_'.length);
      return api.call('executions/dispatch', { definitionId: other, idempotencyKey });
    },
  };

  test('ALREADY_EXISTS, wherever it is documented', async () => {
    const documented = operations.filter(([, { responses }]) => '409' in responses).map(([path]) => path);
    expect(documented.filter((path) => !(path in taken))).toEqual([]);
    for (const path of documented) {
      const { http, error } = await taken[path]!();
      expect({ path, http, status: error?.status }).toEqual({ path, http: 409, status: 'ALREADY_EXISTS' });
    }
  });
});
