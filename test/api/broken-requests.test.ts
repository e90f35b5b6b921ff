import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import express from 'express';
import { readBytes } from '../../src/api/json-body';
import { answerRefusal } from '../../src/api/refusals';
import { assignRequestId } from '../../src/api/request-id';
import { answerBrokenRequests } from '../../src/api/server';
import { chooseWords } from '../../src/api/words';
import { createLogger } from '../../src/logger';

let server: Server;
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

/** A connection whose caller goes on sending after the server has ended it. */
async function connected(handler: RequestListener): Promise<Socket> {
  const limits = { headersTimeout: 100, requestTimeout: 100, connectionsCheckingInterval: 10 };
  server = createServer(limits, handler);
  answerBrokenRequests(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  return socket;
}

/** What the server said, once it has cut the connection off. */
async function cutOff(socket: Socket, more: string): Promise<string> {
  let answer = '';
  const sending = setInterval(() => socket.write(more), 5);
  socket.on('data', (data) => {
    answer += String(data);
    socket.write('\r\n\r\n');
  });
  // `once` of node:events would take the broken pipe before it for a failure.
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(sending);
  return answer;
}

/** The body of the answer to a request whose own does not come. */
async function toldOfNoBody(path: string): Promise<unknown> {
  const app = express();
  app.use(assignRequestId, chooseWords);
  app.use(async (request, response, next) => {
    await readBytes(request, response).catch(next);
  });
  app.use(answerRefusal(createLogger('silent', 'test')));
  const socket = await connected(app);
  socket.write(`POST ${path} HTTP/1.1\r\nhost: here\r\nx-request-id: r1\r\ncontent-length: 9\r\n\r\n{`);
  const answer = await cutOff(socket, '');
  expect(answer).toMatch(/^HTTP\/1.1 408 /);
  return JSON.parse(answer.replace(/^.*?\r\n\r\n/s, ''));
}

describe('a request whose body does not come in time is told so in the words of', () => {
  const message = 'The headers of a request must arrive within 15 seconds, and all of it within 25.';
  test.each([
    ['the approval API', '/v2/workflow/executions/dispatch', { error: { message, status: 'INVALID_ARGUMENT' } }],
    ['the approval API', '/v1/workflow/executions/dispatch', { error: { message, status: 'INVALID_ARGUMENT' } }],
    ['Conductor', '/api/workflow/demo?version=1', { status: 408, message, instance: 'r1', retryable: false }],
    ['Flowker', '/v1/workflows/demo/executions', { code: 'REQUEST_TIMEOUT', title: 'Request Timeout', message }],
    [
      'a sender of webhooks',
      '/v2/workflow/webhook-inbound/trigger?apiKey=k',
      { ok: false, code: 'invalid-request', message },
    ],
  ])('%s: %s', async (_whom, path, words) => {
    expect(await toldOfNoBody(path)).toEqual(words);
  });
});

describe('the connection of a request that is none', () => {
  test('is cut off when its headers do not come in time, and it is not served when they come then', async () => {
    const served: string[] = [];
    const socket = await connected((request, response) => {
      served.push(String(request.url));
      response.end();
    });
    socket.write('GET /late HTTP/1.1\r\nhost: here\r\nx-slow: ');
    const answer = await cutOff(socket, 'x');
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer).toContain('The headers of a request must arrive within 15 seconds, and all of it within 25.');
    expect(served).toEqual([]);
  });

  test.each([
    ['bytes that are no HTTP', '\0\0\0'],
    ['a CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\n'],
  ])('is cut off after %s, whatever still comes', async (_what, bytes) => {
    const socket = await connected((_request, response) => void response.end());
    socket.write(bytes);
    expect(await cutOff(socket, 'x')).toMatch(/^HTTP\/1.1 400 /);
  });

  test('is cut off without an answer when a CONNECT comes before what was asked is answered', async () => {
    const socket = await connected(() => undefined);
    socket.write(
      'GET /slow HTTP/1.1\r\nhost: here\r\n\r\nCONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n',
    );
    expect(await cutOff(socket, 'x')).toBe('');
  });

  test('is cut off without an answer when more comes than a request has, and that is not answered yet', async () => {
    const socket = await connected(() => undefined);
    socket.write('POST /dispatch HTTP/1.1\r\nhost: here\r\ncontent-length: 2\r\n\r\n{} and more of it\r\n\r\n');
    expect(await cutOff(socket, 'x')).toBe('');
  });

  test('is cut off without an answer when the next request breaks off before this one is answered', async () => {
    const socket = await connected(() => undefined);
    const next = 'POST /next HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\n\r\nno size\r\n';
    socket.write(`GET /slow HTTP/1.1\r\nhost: here\r\n\r\n${next}`);
    expect(await cutOff(socket, 'x')).toBe('');
  });
});
