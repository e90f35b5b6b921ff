// The SDK's metrics listen on a port that was free a moment before: another process may have taken it by then.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLogger } from '../../src/logger';
import { freePort } from '../../src/temporal/free-port';
import { installRuntime } from '../../src/temporal/runtime';

let other: Server;
let taken: number;
beforeAll(async () => {
  other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  taken = (other.address() as AddressInfo).port;
});
afterAll(() => void other.close());

const logger = createLogger('silent', 'test');

test('a start whose ports are all taken is given up with a sentence, and may be tried again', async () => {
  let tried = 0;
  const find = async () => {
    tried += 1;
    return taken;
  };
  await expect(installRuntime(logger, find)).rejects.toMatchObject({
    name: 'ConfigError',
    message: expect.stringMatching(/^The metrics of the Temporal SDK found no port on 127\.0\.0\.1/),
  });
  expect(tried).toBe(5);
});

test('where a port is taken before the SDK listens there, it takes the next one', async () => {
  const free = await freePort();
  const ports = [taken, taken, free];
  await installRuntime(logger, async () => ports.shift() ?? taken);
  expect(ports).toEqual([]);
  expect((await fetch(`http://127.0.0.1:${free}/metrics`)).status).toBe(200);
});
