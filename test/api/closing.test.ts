// A server that is stopped while many clients, each with a connection that it keeps, ask without a pause.
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { listen } from '../../src/api/server';

const CLIENTS = 50;
const ANSWER_MS = 30;

function ask(url: string, agent: Agent): Promise<number | string> {
  return new Promise((resolve) => {
    request(url, { agent, method: 'POST' }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    })
      .once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      .end('{}');
  });
}

test('answers what it has taken, and closes each connection, so that no request is cut off', async () => {
  let served = 0;
  const server = await listen(
    async (incoming, response) => {
      served += 1;
      incoming.resume();
      await sleep(ANSWER_MS);
      response.end('ok');
    },
    '127.0.0.1',
    0,
  );
  const outcomes: (number | string)[] = [];
  const clients = Array.from({ length: CLIENTS }, async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let isOpen = true; isOpen; ) {
      const outcome = await ask(server.url, agent);
      outcomes.push(outcome);
      isOpen = outcome === 200;
    }
    agent.destroy();
  });
  while (served < 3 * CLIENTS) await sleep(ANSWER_MS);
  const closingAt = performance.now();
  await server.close();
  const took = performance.now() - closingAt;
  await Promise.all(clients);
  expect(outcomes.filter((outcome) => outcome === 200)).toHaveLength(served);
  expect(took).toBeLessThan(3_000);
});

test('is closed as soon as what was under way is answered, also where its caller keeps the connection and asks no more', async () => {
  let isReached = false;
  const server = await listen(
    async (incoming, response) => {
      isReached = true;
      incoming.resume();
      await sleep(10 * ANSWER_MS);
      response.end('ok');
    },
    '127.0.0.1',
    0,
  );
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const outcome = ask(server.url, agent);
  while (!isReached) await sleep(ANSWER_MS);
  const closingAt = performance.now();
  await server.close();
  expect(performance.now() - closingAt).toBeLessThan(3_000);
  expect(await outcome).toBe(200);
  agent.destroy();
});
