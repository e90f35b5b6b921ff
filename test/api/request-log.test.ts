import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, test } from '@jest/globals';
import express, { type ErrorRequestHandler } from 'express';
import { readBytes } from '../../src/api/json-body';
import { countRequests } from '../../src/api/metrics';
import { answerRefusal } from '../../src/api/refusals';
import { assignRequestId } from '../../src/api/request-id';
import { logRequests } from '../../src/api/request-log';
import { answerBrokenRequests } from '../../src/api/server';
import { createLogger, type Logger } from '../../src/logger';
import { exposition } from '../../src/metrics/registry';

test('probes that are answered well have their lines at debug, so that requests are found among them', async () => {
  const lines: string[] = [];
  const at = (level: string) => (line: { path: string; status: number }) =>
    void lines.push(`${level} ${line.path} ${line.status}`);
  const app = express();
  const logger = { info: at('info'), warn: at('warn'), debug: at('debug') } as unknown as Logger;
  app.use(assignRequestId, logRequests(logger));
  app.get('/healthz', (_request, response) => void response.json({}));
  app.get('/readyz', (_request, response) => void response.status(503).json({}));
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (const path of ['/healthz', '/readyz', '/other']) await (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
  expect(lines).toEqual(['debug /healthz 200', 'warn /readyz 503', 'info /other 404']);
});

test('a request whose caller went away before the answer is logged and counted as 499, not as served', async () => {
  const lines = new EventEmitter();
  const log = ({ status }: { status: number }) => void lines.emit('line', status);
  const app = express();
  app.use(assignRequestId, logRequests({ info: log, warn: log, debug: log } as unknown as Logger), countRequests);
  const reached = new Promise<void>((resolve) => {
    app.get('/slow', (_request, response) => {
      response.locals.operation = 'slow/answer';
      resolve();
    });
  });
  app.get('/quick', (_request, response) => void response.json({}));
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const served = once(lines, 'line');
  await (await fetch(`http://127.0.0.1:${port}/quick`)).json();
  expect(await served).toEqual([200]);

  const left = once(lines, 'line');
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /slow HTTP/1.1\r\nhost: here\r\n\r\n');
  await reached;
  socket.destroy();
  expect(await left).toEqual([499]);
  expect(await exposition()).toContain('_count{operation="slow/answer",status="499"} 1');
  server.close();
  server.closeAllConnections();
});

test.each([
  ['does not come in time', '', 408],
  ['has a chunk that is none', 'no size\r\n', 400],
])(
  'a request whose body %s is logged and counted as what it was answered, and is not served',
  async (_what, more, http) => {
    const lines = new EventEmitter();
    const log = ({ status, requestId }: { status: number; requestId: string }) =>
      void lines.emit('line', [status, requestId]);
    const served: Buffer[] = [];
    const operation = `upload/${http}`;
    const app = express();
    app.use(assignRequestId, logRequests({ info: log, warn: log, debug: log } as unknown as Logger), countRequests);
    app.post('/upload', async (request, response) => {
      response.locals.operation = operation;
      served.push(await readBytes(request, response));
      response.json({});
    });
    const handled = new Promise<unknown>((resolve) => {
      app.use(((error, _request, _response, next) => {
        resolve(error);
        next(error);
      }) satisfies ErrorRequestHandler);
    });
    app.use(answerRefusal(createLogger('silent', 'test')));
    const server = createServer({ requestTimeout: 100, headersTimeout: 100, connectionsCheckingInterval: 10 }, app);
    answerBrokenRequests(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const line = once(lines, 'line');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    let answer = '';
    socket.on('data', (data) => {
      answer += String(data);
      // Too late.
      socket.write('0\r\n\r\n');
    });
    socket.on('error', () => undefined);
    socket.write(`POST /upload HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\n\r\n${more}`);
    await new Promise((resolve) => socket.once('close', resolve));
    const [[status, requestId]] = await line;
    expect([status, served]).toEqual([http, []]);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${http} `));
    expect(answer).toContain(`x-request-id: ${requestId}`);
    expect(answer.toLowerCase()).toContain('connection: close');
    expect(await handled).toMatchObject({ message: 'The body ended before it was whole.' });
    expect(await exposition()).toContain(`_count{operation="${operation}",status="${http}"} 1`);
    server.close();
    server.closeAllConnections();
  },
);

test('what a handler says after its request was answered for a broken body is no bug', async () => {
  const lines = new EventEmitter();
  const log = ({ status }: { status: number }) => void lines.emit('line', status);
  const errors: object[] = [];
  const logger = { info: log, warn: log, debug: log, error: (line: object) => void errors.push(line) };
  const app = express();
  app.use(assignRequestId, logRequests(logger as unknown as Logger));
  const line = once(lines, 'line');
  const answered = new Promise<void>((resolve) => {
    app.get('/probe', async (_request, response) => {
      await line;
      resolve();
      response.json({});
    });
  });
  app.use(answerRefusal(logger as unknown as Logger));
  const server = createServer(app);
  answerBrokenRequests(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write('GET /probe HTTP/1.1\r\nhost: here\r\ntransfer-encoding: chunked\r\n\r\nno size\r\n');
  expect(await line).toEqual([400]);
  await answered;
  await new Promise(setImmediate);
  expect(errors).toEqual([]);
  server.close();
  server.closeAllConnections();
});
