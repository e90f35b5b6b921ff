import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, test } from '@jest/globals';
import express from 'express';
import { countRequests } from '../../src/api/metrics';
import { assignRequestId } from '../../src/api/request-id';
import { logRequests } from '../../src/api/request-log';
import type { Logger } from '../../src/logger';
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
