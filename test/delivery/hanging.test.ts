import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ApiHarness, startApiHarness } from '../api/harness';
import { pauses } from '../support/eventually';
import { type Behaviour, expectHonest, type Receiver, SECRET, startScriptedReceiver } from './receiver';

let harness: ApiHarness;
let receiver: Receiver;
beforeAll(async () => {
  receiver = await startScriptedReceiver();
  harness = await startApiHarness({
    env: { OUTBOUND_ALLOW: `127.0.0.1:${receiver.port}` },
    deliveries: { times: { scale: 0.001, answerMs: 400 } },
  });
});
afterAll(async () => {
  await harness.close();
  await receiver.close();
});

const trickle: Behaviour = (_n, response) => {
  const socket = response.socket as Socket;
  socket.write('HTTP/1.1 200 OK\r\nx-slow: ');
  const timer = setInterval(() => socket.write('a'), 100);
  socket.on('close', () => clearInterval(timer));
};

test.each<[string, Behaviour]>([
  ['hangs', () => {}],
  ['sends one byte at a time', trickle],
])(
  'a receiver that %s: the execution completes all the same, and its events are dead after six attempts each',
  async (name, behaviour) => {
    const path = `/${encodeURIComponent(name)}`;
    const definitionId = await harness.define({
      name: 'One agent',
      nodes: [{ nodeId: 'a', type: 'agent', config: { agentId: '__mock__' } }],
      edges: [],
    });
    const webhook = { webhookUrl: receiver.script(path, behaviour), webhookSecret: SECRET };
    const { result } = await harness.call('executions/dispatch', { definitionId, ...webhook });
    const { executionId } = result;
    const pause = pauses();
    for (;;) {
      const { result: seen } = await harness.call('executions/get', { executionId });
      if (seen?.status === 'completed') break;
      await pause();
    }
    for (;;) {
      await pause();
      const { http, result } = await harness.call('executions/listDeliveries', { executionId });
      // A busy machine answers late: a client asks again.
      if (http === 503 || http === 504) continue;
      const { items } = result;
      expect(items).toHaveLength(3);
      if (items.some((item: any) => item.status === 'pending')) continue;
      for (const item of items) {
        expect(item).toMatchObject({
          status: 'dead',
          attempts: 6,
          lastError: 'timeout: The receiver did not answer within 0.4 s.',
        });
      }
      break;
    }
    const requests = receiver.at(path);
    expectHonest(requests);
  },
);
