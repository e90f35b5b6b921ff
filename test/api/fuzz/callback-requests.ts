// Callbacks of async webhook steps: with the token that is good for the step, and with every other one.

import type { Receiver } from '../../support/receiver';
import type { ApiHarness } from '../harness';
import type { FuzzRequest } from './mutate';

const STEPS = 20;
const nodeIds = Array.from({ length: STEPS }, (_, index) => `hook-${index}`);

export interface Callbacks {
  readonly requests: FuzzRequest[];
  /** The steps that no longer wait though only forged callbacks were made to them. */
  ended(): Promise<readonly unknown[]>;
}

interface Callback {
  readonly url: string;
  readonly token: string;
  readonly tokenHeader: string;
}

export async function callbackRequests(api: ApiHarness, receiver: Receiver): Promise<Callbacks> {
  const config = { url: receiver.url, mode: 'async', authMode: 'none' };
  const nodes = nodeIds.map((nodeId) => ({ nodeId, type: 'webhook', config }));
  const definitionId = await api.define({ name: 'Called back', nodes });
  const own = await waiting(api, receiver, definitionId);
  const others = await waiting(api, receiver, definitionId);
  return {
    requests: [
      ...own.callbacks.map((callback) => requestOf(callback, callback.token)),
      ...others.callbacks.flatMap((callback, index): FuzzRequest[] => {
        const { token } = callback;
        const wrong = [
          others.callbacks[(index + 1) % STEPS]!.token,
          own.callbacks[index]!.token,
          token.slice(0, -1),
          token.toUpperCase(),
          `${token}x`,
          '',
        ];
        return wrong.map((it) => ({ ...requestOf(callback, it), isForged: true }));
      }),
    ],
    async ended() {
      const { result } = await api.call('executions/get', { executionId: others.executionId });
      return result.steps.filter((step: any) => step.status !== 'waiting');
    },
  };
}

async function waiting(api: ApiHarness, receiver: Receiver, definitionId: string) {
  const { executionId } = await api.waiting(definitionId, nodeIds);
  const callbacks = receiver.hooksOf(executionId).map(({ event }) => event.callback as Callback);
  return { executionId, callbacks };
}

const BODIES = [
  { status: 'completed', output: { score: 7, list: [1, { a: null }] } },
  { status: 'failed', error: { message: 'out of stock', code: 1 } },
];

function requestOf({ url, tokenHeader }: Callback, token: string): FuzzRequest {
  return {
    method: 'POST',
    path: new URL(url).pathname,
    headers: { 'content-type': 'application/json', [tokenHeader]: token },
    body: JSON.stringify(BODIES[token.length % BODIES.length]),
  };
}
