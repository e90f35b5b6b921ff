// Agents behind an HTTP endpoint: the signed request, and what each answer means (contract 2 section 10, docs/agents.md).
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { AgentCall } from '../../src/activities/agents/agent';
import { httpAgent } from '../../src/activities/agents/http-agent';
import { LIMITS } from '../../src/definition/limits';
import { verifySignature } from '../../src/outbound/signature';

const SECRET = 'a-secret-of-enough-characters';
const CALL: AgentCall = {
  agentId: 'remote',
  executionId: 'exec_1',
  stepId: 'step_1',
  idempotencyKey: 'exec_1:step_1',
  definitionId: 'def',
  correlationId: 'corr_1',
  attempt: 2,
  input: { text: 'é' },
  triggerContext: {},
  url: null,
  promptOverride: null,
  mapped: {},
  userContext: {},
};

interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let server: Server;
let url: string;
let answer: (response: ServerResponse) => void;
let received: Received[];

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method, url: path, headers } = request;
    received.push({ method, path, headers, body: Buffer.concat(chunks).toString('utf8') });
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/agent`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  received = [];
  answer = (response) => response.end('{"done":true}');
});

const ask = (options: { timeoutMs?: number; signal?: AbortSignal; url?: string } = {}) =>
  Promise.resolve(
    httpAgent({
      kind: 'http',
      agentId: 'remote',
      url: options.url ?? url,
      secret: SECRET,
      timeoutMs: options.timeoutMs ?? 10_000,
    })(CALL, { signal: options.signal ?? new AbortController().signal }),
  );
const answering = (status: number, body = '', headers: Record<string, string> = {}) => {
  answer = (response) => response.writeHead(status, headers).end(body);
};
/** What it is rejected with, and whether that is final. */
const failure = async (asked: Promise<unknown>) => {
  const error: any = await asked.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  return { isFinal: error.final === true, message: String(error.message) };
};

describe('the request', () => {
  test('is one POST of the whole call as JSON, with the idempotency key as a header', async () => {
    expect(await ask()).toEqual({ done: true });
    expect(received).toHaveLength(1);
    const [{ method, path, headers, body }] = received as [Received];
    expect([method, path, JSON.parse(body)]).toEqual(['POST', '/agent', CALL]);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      accept: 'application/json',
      'idempotency-key': 'exec_1:step_1',
      'x-velt-event-id': 'exec_1:step_1',
      'x-velt-attempt': '1',
      'webhook-id': 'exec_1:step_1',
    });
  });

  test('is signed as webhooks are, in both forms', async () => {
    await ask();
    const [{ headers, body }] = received as [Received];
    expect(verifySignature(body, SECRET, String(headers['x-velt-signature']))).toBe(true);
    expect(verifySignature(`${body} `, SECRET, String(headers['x-velt-signature']))).toBe(false);
    const standard = new Webhook(Buffer.from(SECRET).toString('base64'));
    expect(standard.verify(body, headers as Record<string, string>)).toEqual(CALL);
  });
});

describe('the answer', () => {
  test.each([200, 201, 299])('%i with JSON is the result', async (status) => {
    answering(status, ' {"a": 1}\n');
    expect(await ask()).toEqual({ a: 1 });
  });

  test('is read behind interim answers that nobody asked for', async () => {
    answer = (response) => {
      response.writeContinue();
      response.writeProcessing();
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      response.writeContinue();
      response.end('{"a":1}');
    };
    expect([await ask(), await ask()]).toEqual([{ a: 1 }, { a: 1 }]);
  });

  test('is read behind a byte order mark', async () => {
    answering(200, '\ufeff{"a":1}');
    expect(await ask()).toEqual({ a: 1 });
  });

  test.each([400, 401, 404, 409, 422, 429])('%i is final', async (status) => {
    answering(status, 'no');
    expect(await failure(ask())).toEqual({ isFinal: true, message: `The agent's endpoint answered ${status}.` });
  });

  test.each([500, 502, 503, 504])('%i is tried again', async (status) => {
    answering(status, 'busy');
    expect(await failure(ask())).toEqual({ isFinal: false, message: `The agent's endpoint answered ${status}.` });
  });

  test.each([301, 302, 307, 308])('%i is not followed, and final', async (status) => {
    answering(status, '', { location: `${url}/elsewhere` });
    const message = `The agent's endpoint answered ${status}, and redirects are not followed.`;
    expect(await failure(ask())).toEqual({ isFinal: true, message });
    expect(received.map(({ path }) => path)).toEqual(['/agent']);
  });

  test.each(['', 'done', '{"a":', '<html></html>'])('2xx with a body that is no JSON is final: %j', async (body) => {
    answering(200, body);
    expect(await failure(ask())).toEqual({
      isFinal: true,
      message: "The agent's endpoint answered 2xx with a body that is no JSON.",
    });
  });

  test('more than four times what an output may have is final, and not read to its end', async () => {
    const max = 4 * LIMITS.outputBytesMax;
    answering(200, JSON.stringify('x'.repeat(max)));
    expect(await failure(ask())).toEqual({
      isFinal: true,
      message: `The agent's endpoint answered more than ${max} bytes.`,
    });
    answering(200, JSON.stringify('x'.repeat(max - 2)));
    expect(await ask()).toHaveLength(max - 2);
  });
});

const failed = (why: string) => ({ isFinal: false, message: `The call of the agent's endpoint failed. ${why}` });

describe('no answer', () => {
  test('within timeoutMs is tried again', async () => {
    answer = () => {};
    expect(await failure(ask({ timeoutMs: 50 }))).toEqual(failed('The receiver did not answer within 0.05 s.'));
  });

  test('whole within timeoutMs is tried again, though it had begun', async () => {
    answer = (response) => void response.writeHead(200).write('{"a":');
    expect(await failure(ask({ timeoutMs: 100 }))).toEqual(failed('The receiver did not answer within 0.1 s.'));
  });

  test('from a connection that breaks is tried again', async () => {
    answer = (response) => void response.destroy();
    const why = 'The receiver closed the connection without an answer.';
    expect(await failure(ask())).toEqual(failed(why));
  });

  test('from a port where nobody listens is tried again, and the address stays out of the words', async () => {
    const nobody = createServer();
    await new Promise<void>((resolve) => nobody.listen(0, '127.0.0.1', resolve));
    const { port } = nobody.address() as AddressInfo;
    await new Promise((resolve) => nobody.close(resolve));
    const refused = failed('The connection was refused: nothing listens there.');
    for (const host of ['127.0.0.1', 'localhost']) {
      expect(await failure(ask({ url: `http://${host}:${port}/` }))).toEqual(refused);
    }
  });

  test('of a hundred at once makes none of the others wait', async () => {
    const calls = 100;
    const open: ServerResponse[] = [];
    const agent = httpAgent({ kind: 'http', agentId: 'remote', url, secret: SECRET, timeoutMs: 10_000 });
    answer = (response) => {
      open.push(response);
      if (open.length === calls) for (const one of open) one.end('{}');
    };
    const asked = Array.from({ length: calls }, () => agent(CALL, { signal: new AbortController().signal }));
    expect(await Promise.all(asked)).toHaveLength(calls);
  });

  test('is waited for once the step is cancelled: the request is given up', async () => {
    const cancelled = new AbortController();
    answer = () => cancelled.abort(new Error('the step was cancelled'));
    expect((await failure(ask({ signal: cancelled.signal }))).message).toBe('the step was cancelled');
  });
});
