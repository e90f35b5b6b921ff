// How fast a client is back when Temporal is: a proxy stands before the real server, and lets nobody through at first.

import type { AddressInfo } from 'node:net';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createClient } from '../../src/temporal/connect';
import { testTemporalAddress } from '../workflows/harness';

/** So many that gRPC, left to itself, would wait ten seconds before the next one. */
const ATTEMPTS = 8;
/** The bound of a second with gRPC's jitter of a fifth, and as much again for a busy machine. */
const GAP_MS_MAX = 2_400;
const CALL_MS = 500;

const attempts: number[] = [];
let isBack = false;
const sockets = new Set<Socket>();
const proxy = createServer((socket) => {
  socket.on('error', () => {});
  sockets.add(socket);
  if (!isBack) {
    attempts.push(performance.now());
    socket.destroy();
    return;
  }
  const [host = '', port = ''] = testTemporalAddress().split(':');
  const upstream = connect(Number(port), host);
  sockets.add(upstream);
  upstream.on('error', () => {});
  socket.pipe(upstream).pipe(socket);
});
beforeAll(() => new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  proxy.close();
});

test('while Temporal is away it is asked for every second at least, so that a client is back as soon as it is', async () => {
  const { port } = proxy.address() as AddressInfo;
  const connection = { address: `127.0.0.1:${port}` };
  const client = createClient({ isEmbedded: false, connection, namespace: 'default' });
  const ask = () => client.withDeadline(Date.now() + CALL_MS, () => client.workflowService.getSystemInfo({}));
  while (attempts.length < ATTEMPTS) await expect(ask()).rejects.toThrow();
  const gaps = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
  expect(Math.max(...gaps)).toBeLessThan(GAP_MS_MAX);

  isBack = true;
  const since = performance.now();
  while (!(await ask().catch(() => null)));
  expect(performance.now() - since).toBeLessThan(GAP_MS_MAX);
  await client.connection.close();
});
