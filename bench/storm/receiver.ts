// Whatever the executions of a storm call by HTTP: the receiver of their events, agents behind HTTP, and webhook nodes.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Call, Delivery } from '../journal';
import { hashOf } from '../random';
import { agentOf, outcomeOf } from './agents';
import { callBack, type HttpAnswer, type NodeAnswer, type NodeCall, nodeAnswer } from './node-calls';

export interface Receiver {
  /** For OUTBOUND_ALLOW, and URLs. */
  readonly host: string;
  close(): Promise<void>;
}

/** How often the unsteady receiver refuses an event before it takes it: six tries in all make a dead letter of it. */
const REFUSALS = [0, 0, 0, 1, 1, 2] as const;
const REFUSED_BY: readonly (HttpAnswer | null)[] = [{ status: 500, body: null }, { status: 429, body: null }, null];
/** How long it thinks about what it takes, in milliseconds: less than the sender's patience (worker.ts). */
const SLOW_MS_MAX = 700;

/** `told`: hears of every event that came, and of every answer to a callback. */
export async function startReceiver(told: (entry: Call | Delivery) => void): Promise<Receiver> {
  const refusals = new Map<string, number>();

  /** Steady: takes everything at once. Unsteady: refuses some a few times, and takes its time. */
  async function heard(isSteady: boolean, { headers }: IncomingMessage, body: Buffer): Promise<HttpAnswer | null> {
    const id = String(headers['webhook-id']);
    const fate = hashOf(id);
    const refused = refusals.get(id) ?? 0;
    const isRefused = !isSteady && refused < (REFUSALS[fate % REFUSALS.length] ?? 0);
    const flat = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    const delivery = { kind: 'delivery', at: Date.now(), headers: flat, body: body.toString('base64') } as const;
    told(isRefused ? { ...delivery, isRefused } : delivery);
    if (isRefused) {
      refusals.set(id, refused + 1);
      return REFUSED_BY[fate % REFUSED_BY.length] ?? null;
    }
    if (!isSteady && fate % 5 === 0) await sleep(fate % SLOW_MS_MAX);
    return { status: 200, body: null };
  }

  async function answerTo(request: IncomingMessage, body: Buffer): Promise<HttpAnswer | null> {
    const [, room, name = ''] = (request.url ?? '').split('/');
    switch (room) {
      case 'hook':
        return heard(name === 'steady', request, body);
      case 'agent':
        return agentAnswer(name, JSON.parse(body.toString()));
      case 'node': {
        const call = JSON.parse(body.toString()) as NodeCall;
        void callBack(name as NodeAnswer, call, told);
        return nodeAnswer(name as NodeAnswer, call);
      }
      default:
        return { status: 404, body: null };
    }
  }

  const server = createServer(async (request, response) => {
    try {
      const answer = await answerTo(request, await bodyOf(request));
      if (answer !== null) send(response, answer);
    } catch {
      // The caller has gone, or was killed.
      response.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

async function agentAnswer(agentId: string, call: { readonly stepId: string; readonly attempt: number }) {
  const agent = agentOf(agentId);
  await sleep(agent.ms);
  const outcome = outcomeOf(agent, call.stepId, call.attempt);
  if (outcome.kind === 'result') return { status: 200, body: outcome.result };
  return { status: outcome.isFinal ? 400 : 500, body: null };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, { status, body }: HttpAnswer): void {
  if (status === 429) response.setHeader('retry-after', '1');
  if (body === null) response.writeHead(status).end();
  else response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
