import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020';
import { gateLimits } from '../../src/api/edge/gate';
import type { OpenApiDocument } from '../../src/api/openapi/document';
import { startApi } from '../../src/api/start';
import { createLogger } from '../../src/logger';
import { freePort } from '../../src/temporal/free-port';
import { newId } from './definitions/sample';
import { documentAt } from './document-check';
import { type Answer, type ApiHarness, CREDENTIALS, startApiHarness } from './harness';
import { RECEIVER_ALLOWED, situations } from './situations';

let api: ApiHarness;
let document: OpenApiDocument;
let operations: [path: string, operation: OpenApiDocument['paths'][string]['post']][];
/** All but the inbound webhook and the callback, which have words and tests of their own. */
let enveloped: typeof operations;
beforeAll(async () => {
  api = await startApiHarness({ env: RECEIVER_ALLOWED });
  document = await documentAt(api.url);
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
    expect(operations).toHaveLength(22);
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

  test('every operation of every dialect says what the server refuses before it is read, and that in one envelope', async () => {
    for (const path of ['/openapi.json', '/openapi-conductor.json', '/openapi-flowker.json']) {
      const { paths, components }: any = await (await fetch(`${api.url}${path}`)).json();
      const ajv = new Ajv2020({ strict: false });
      ajv.addSchema({ $id: 'x:doc', components });
      for (const { responses } of Object.values<object>(paths).flatMap((methods) => Object.values<any>(methods))) {
        for (const http of [408, 431]) {
          const text = JSON.stringify(responses[http].content['application/json'].schema);
          const schema = JSON.parse(text.replaceAll('"#/', '"x:doc#/'));
          expect(ajv.validate(schema, { error: { status: 'INVALID_ARGUMENT', message: 'why' } })).toBe(true);
        }
      }
    }
  });

  test('patterns mean the same with and without the flag u, and are understood where \\p is not', async () => {
    const patterns = new Set<string>();
    for (const path of ['/openapi.json', '/openapi-conductor.json', '/openapi-flowker.json']) {
      const text = await (await fetch(`${api.url}${path}`)).text();
      JSON.parse(text, (key, value) => (key === 'pattern' && typeof value === 'string' ? patterns.add(value) : value));
    }
    const texts = [
      'campaign',
      '{Cc}',
      'é',
      ' a',
      ...['\u0000', '\u001f', '\u007f', '\u009f', '\u00a0'].map((it) => `a${it}b`),
      '',
    ];
    for (const pattern of patterns) {
      const [plain, unicode] = ['', 'u'].map((flags) => texts.filter((text) => new RegExp(pattern, flags).test(text)));
      expect([pattern, plain]).toEqual([expect.not.stringContaining('\\p'), unicode]);
    }
    expect(patterns.size).toBeGreaterThan(10);
  });

  test('the filter of executions/list by correlation id has the bounds of the server', async () => {
    const { schema } = document.paths['/v2/workflow/executions/list']!.post.requestBody.content['application/json'];
    const isFine = new Ajv2020({ strict: false }).compile(schema);
    const areFine = (values: string[]) => values.map((correlationId) => isFine({ data: { correlationId } }));
    expect(areFine(['é'.repeat(200), '🙂'.repeat(200)])).toEqual([true, true]);
    expect(areFine(['', '🙂'.repeat(201), 'a\0b'])).toEqual([false, false, false]);
    for (const [correlationId, http] of [
      ['🙂'.repeat(200), 200],
      ['🙂'.repeat(201), 400],
    ]) {
      expect((await api.call('executions/list', { correlationId })).http).toBe(http);
    }
  });

  test('an inbound webhook may be any JSON, for a trigger may wrap it', () => {
    const { requestBody } = document.paths['/v2/workflow/webhook-inbound/trigger']!.post;
    expect(requestBody.content['application/json'].schema).toEqual({});
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

  test('the reference page can be read by keyboard and by ear, on a narrow screen and on paper', async () => {
    const page = await (await fetch(`${api.url}/docs`)).text();
    const [firstLink] = /<a [^>]*>/.exec(page) ?? [];
    expect(firstLink).toBe('<a class="skip" href="#main">');
    expect(page).toContain('<main id="main" tabindex="-1">');
    expect(page).not.toMatch(/<(table[^>]*><tbody|th>|pre>)/);
    const style = await (await fetch(`${api.url}/docs/style.css`)).text();
    for (const medium of ['@media (max-width: 50rem)', '@media print']) expect(style).toContain(medium);
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

  const expectEverywhere = async (ask: (path: string) => Promise<Answer>, expected: object): Promise<void> => {
    for (const [path] of enveloped) {
      const { http, error } = await ask(path);
      expect({ path, http, status: error.status }).toEqual({ path, ...expected });
    }
  };

  test('by one document, whatever the settings of the server', async () => {
    expect(await documentAt(strict.url)).toEqual(document);
    expect(await documentAt(unreachable.url)).toEqual(document);
  });

  test('200 with what it is about, under both prefixes', async () => {
    const { served } = situations(api);
    for (const [path] of enveloped) {
      for (const prefix of ['/v2/', '/v1/']) {
        const data = await served[nameOf(path)]?.();
        const { http, error } = await post(path.replace('/v2/', prefix), JSON.stringify({ data }));
        expect({ path, prefix, http, error }).toEqual({ path, prefix, http: 200, error: undefined });
      }
    }
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

  test('UNAVAILABLE when Temporal is away, DEADLINE_EXCEEDED when it is silent, with Retry-After', async () => {
    const asking = enveloped.filter(([, { responses }]) => '504' in responses);
    expect(asking.length).toBeGreaterThan(0);
    for (const [at, expected] of [
      [unreachable, [503, 'UNAVAILABLE']],
      [silent, [504, 'DEADLINE_EXCEEDED']],
    ] as const) {
      const answers = await Promise.all(
        asking.map(async ([path]) => {
          const { data } = exampleOf(path);
          // Changes of one definition wait for each other.
          const own = 'definitionId' in data ? { definitionId: newId() } : {};
          const { http, error, headers } = await post(path, JSON.stringify({ data: { ...data, ...own } }), json, at);
          return { path, http, status: error?.status, retryAfter: headers.get('retry-after') };
        }),
      );
      const [http, status] = expected;
      expect(answers).toEqual(asking.map(([path]) => ({ path, http, status, retryAfter: '2' })));
    }
  });

  test.each([
    ['NOT_FOUND', 404],
    ['ALREADY_EXISTS', 409],
    ['FAILED_PRECONDITION', 400],
  ] as const)('%s, wherever it is documented', async (status, http) => {
    const refused = situations(api).refused[status];
    const documented = enveloped.filter(([, { responses }]) => statusesOf(responses[http]).includes(status));
    expect(documented.length).toBeGreaterThan(0);
    for (const [path] of documented) {
      const data = await refused[nameOf(path)]?.();
      const answer = await post(path, JSON.stringify({ data }));
      expect({ path, http: answer.http, status: answer.error?.status }).toEqual({ path, http, status });
    }
  });

  test("PERMISSION_DENIED for a reviewer's action by someone who is no reviewer", async () => {
    const data = { ...(await situations(api).served['steps/resolve']!()), action: 'reviewer-approve', actorId: 'eve' };
    const { http, error } = await api.call('steps/resolve', data);
    expect([http, error.status]).toEqual([403, 'PERMISSION_DENIED']);
  });

  test('UNAVAILABLE when a worker must answer and none polls', async () => {
    const alone = await startApi({
      config: { ...api.config, port: 0, taskQueue: 'nobody' },
      client: api.client,
      logger: createLogger('silent', 'test'),
    });
    try {
      const definitionId = await api.define();
      const { result } = await api.call('executions/dispatch', { definitionId }, { url: alone.url });
      const step = { executionId: result.executionId, stepId: 'step_any' };
      const unanswered = {
        'executions/cancel': { executionId: result.executionId },
        'steps/recordReviewerDecision': { ...step, reviewerId: 'ada', decision: 'approve' },
        'steps/recordAgentResolution': { ...step, responseId: 'r', resolution: 'resolved', actorId: 'ada' },
        'steps/resolve': { ...step, action: 'force-approve', actorId: 'ada' },
        'steps/cancel': { ...step, actorId: 'ada' },
        'steps/reassign': { ...step, fromReviewerId: 'ada', toReviewerId: 'bob', actorId: 'ada' },
      };
      const answers = Object.entries(unanswered).map(async ([operation, data]) => {
        const { http, error } = await api.call(operation, data, { url: alone.url });
        return { operation, http, error };
      });
      const error = { status: 'UNAVAILABLE', message: 'No worker is there to answer; nothing was lost, try again.' };
      expect(await Promise.all(answers)).toEqual(
        Object.keys(unanswered).map((operation) => ({ operation, http: 503, error })),
      );
    } finally {
      await alone.close();
    }
  });
});

const nameOf = (path: string): string => path.replace('/v2/workflow/', '');

function statusesOf(response: { content: any } | undefined): string[] {
  return response?.content['application/json'].schema.properties.error.properties.status.enum ?? [];
}
