// A webhook receiver as a user would write it: checks the signature over the raw bytes, answers 200, keeps what came.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { verifySignature } from '../outbound/signature';

export interface Received {
  readonly event: string;
  readonly seq: number;
  readonly stepId: string | null;
  readonly isSigned: boolean;
}

export interface DemoReceiver {
  readonly url: string;
  /** Calls back for every webhook, those that came already first. */
  onReceived(listener: (received: Received) => void): void;
  /** Resolves when this event has come. */
  until(event: string): Promise<void>;
  close(): Promise<void>;
}

export async function startReceiver(secret: string): Promise<DemoReceiver> {
  const all: Received[] = [];
  const listeners: ((received: Received) => void)[] = [];
  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readAll(request);
    const isSigned = verifySignature(body, secret, String(request.headers['x-velt-signature'] ?? ''));
    response.writeHead(isSigned ? 200 : 401).end();
    const { event, seq, stepId } = JSON.parse(body) as Omit<Received, 'isSigned'>;
    const received = { event, seq, stepId, isSigned };
    all.push(received);
    for (const listener of listeners) listener(received);
  }
  const server = createServer((request, response) => {
    // No webhook, such as the visit of whoever opens the printed address, or one that broke off.
    receive(request, response).catch(() => void (response.writableEnded || response.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const onReceived: DemoReceiver['onReceived'] = (listener) => {
    for (const received of all) listener(received);
    listeners.push(listener);
  };
  return {
    url: `http://127.0.0.1:${port}/webhooks`,
    onReceived,
    until: (event) => new Promise((resolve) => onReceived((received) => received.event === event && resolve())),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
