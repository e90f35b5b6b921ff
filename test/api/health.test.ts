// What whoever watches a process may ask of it, and what that costs Temporal.
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import express from 'express';
import { health } from '../../src/api/health';
import { eventually } from '../support/eventually';

const opened: Server[] = [];
afterEach(() => {
  for (const server of opened.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

test('all who ask whether it is ready while Temporal is asked share the answer; the next one asks anew', async () => {
  const asked: (() => void)[] = [];
  const readiness = () =>
    new Promise<{ ready: boolean; missing: string[] }>((resolve) => {
      asked.push(() => resolve({ ready: true, missing: [] }));
    });
  let arrived = 0;
  const app = express();
  app.use((_request, _response, next) => {
    arrived += 1;
    next();
  });
  app.use(health(readiness));
  const server: Server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push(server);
  const ask = async () => (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/readyz`)).status;
  const answers = Promise.all(Array.from({ length: 20 }, ask));
  await eventually(
    async () => arrived,
    (count) => count === 20,
  );
  expect(asked).toHaveLength(1);
  asked[0]?.();
  expect(new Set(await answers)).toEqual(new Set([200]));
  const next = ask();
  await eventually(
    async () => asked.length,
    (count) => count === 2,
  );
  asked[1]?.();
  expect(await next).toBe(200);
});
