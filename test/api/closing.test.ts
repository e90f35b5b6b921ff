// A server that is stopped while clients keep their connections: those that ask without a pause, and one that asks no more.

import { Agent, request } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { listen } from '../../src/api/server';

const CLIENTS = 50;
const GOES_ON = { status: 200, connection: 'keep-alive' };
const IS_LAST = { status: 200, connection: 'close' };

type Answer = { readonly status: number | undefined; readonly connection: string | undefined };

/** The answer, or the code of what broke the connection. */
function ask(url: string, agent: Agent): Promise<Answer | string> {
  return new Promise((resolve) => {
    request(url, { agent, method: 'POST' }, (response) => {
      const { statusCode: status, headers } = response;
      response.resume().once('end', () => resolve({ status, connection: headers.connection }));
    })
      .once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
      .end('{}');
  });
}

const keepingOne = () => new Agent({ keepAlive: true, maxSockets: 1 });

test('answers what it has taken, and with each answer closes a connection, so that no request is cut off', async () => {
  let taken = 0;
  let isMuchTaken = () => {};
  const muchIsTaken = new Promise<void>((resolve) => {
    isMuchTaken = resolve;
  });
  const server = await listen(
    async (incoming, response) => {
      taken += 1;
      if (taken === 3 * CLIENTS) isMuchTaken();
      incoming.resume();
      await nextTurn();
      response.end('ok');
    },
    '127.0.0.1',
    0,
  );
  const answers = async (): Promise<(Answer | string)[]> => {
    const agent = keepingOne();
    const outcomes: (Answer | string)[] = [];
    do outcomes.push(await ask(server.url, agent));
    while (typeof outcomes.at(-1) === 'object');
    agent.destroy();
    return outcomes;
  };
  const clients = Array.from({ length: CLIENTS }, answers);
  await muchIsTaken;
  await server.close();
  const all = await Promise.all(clients);
  const given = all.flat().filter((outcome) => typeof outcome === 'object');
  expect(given).toHaveLength(taken);
  // Each client asked until it was refused: nobody had an answer after the one that closed its connection.
  for (const outcomes of all) {
    const closedAt = outcomes.findIndex((outcome) => typeof outcome === 'object' && outcome.connection === 'close');
    const before = closedAt < 0 ? outcomes.length - 1 : closedAt;
    expect(outcomes.slice(0, before)).toEqual(Array.from({ length: before }, () => GOES_ON));
    expect(outcomes.length - before).toBeLessThanOrEqual(2);
  }
  expect(given).toContainEqual(IS_LAST);
});

test('closes with what was under way the connection of a caller who keeps it and asks no more', async () => {
  let isReached = () => {};
  let goOn = () => {};
  const reached = new Promise<void>((resolve) => {
    isReached = resolve;
  });
  const released = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const server = await listen(
    async (incoming, response) => {
      incoming.resume();
      isReached();
      await released;
      response.end('ok');
    },
    '127.0.0.1',
    0,
  );
  const agent = keepingOne();
  const answer = ask(server.url, agent);
  await reached;
  const closed = server.close();
  goOn();
  expect(await answer).toEqual(IS_LAST);
  await closed;
  agent.destroy();
});
