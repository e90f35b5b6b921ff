// A scripted receiver: keeps every request with its bytes, and answers each path as its script says, down to the socket.
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { expect } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { verifySignature } from '../../src/outbound/signature';
import type { Certificate } from './certificates';

export const SECRET = `whsec_${Buffer.alloc(24, 9).toString('base64')}`;

export interface Received {
  readonly at: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly eventId: string;
  readonly attempt: number;
  readonly event: any;
}

/** Answers the nth request (from 0) for one event; the body has been read whole. */
export type Behaviour = (n: number, response: ServerResponse, received: Received) => void;

export interface Receiver {
  readonly port: number;
  /** Everything that came to a path, in order of arrival. */
  at(path: string): readonly Received[];
  script(path: string, behaviour: Behaviour): string;
  close(): Promise<void>;
}

export const answer =
  (status: number, headers: Record<string, string> = {}): Behaviour =>
  (_n, response) =>
    void response.writeHead(status, headers).end();

/** The first `times` requests for an event go to `bad`, the rest are answered with 200. */
export const recovering =
  (times: number, bad: Behaviour): Behaviour =>
  (n, response, received) =>
    (n < times ? bad : answer(200))(n, response, received);

export async function startScriptedReceiver({
  host = '127.0.0.1',
  certificate,
  port = 0,
}: {
  host?: string;
  certificate?: Certificate;
  port?: number;
} = {}): Promise<Receiver> {
  const received = new Map<string, Received[]>();
  const behaviours = new Map<string, Behaviour>();
  const sockets = new Set<Socket>();
  const listener: RequestListener = async (request, response) => {
    const path = request.url ?? '';
    const one = await read(request);
    const all = received.get(path) ?? [];
    received.set(path, [...all, one]);
    const n = all.filter(({ eventId }) => eventId === one.eventId).length;
    (behaviours.get(path) ?? answer(200))(n, response, one);
  };
  const server: Server = certificate ? createTlsServer(certificate, listener) : createServer(listener);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    at: (path) => received.get(path) ?? [],
    script(path, behaviour) {
      behaviours.set(path, behaviour);
      return `${certificate ? 'https' : 'http'}://${host}:${bound}${path}`;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function read(request: IncomingMessage): Promise<Received> {
  const at = Date.now();
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('utf8');
  const headers = request.headers as Record<string, string>;
  const event = JSON.parse(body);
  return { at, headers, body, event, eventId: headers['x-velt-event-id']!, attempt: Number(headers['x-velt-attempt']) };
}

/** Of every event: the same id and bytes on each attempt, attempts numbered from 0, fresh times, valid signatures. */
export function expectHonest(all: readonly Received[], secret = SECRET): void {
  for (const eventId of new Set(all.map((it) => it.eventId))) {
    const requests = all.filter((it) => it.eventId === eventId);
    expect(new Set(requests.map(({ body }) => body)).size).toBe(1);
    expect(requests.map(({ attempt }) => attempt)).toEqual(requests.map((_, index) => index));
    const times = requests.map(({ headers }) => Number(headers['webhook-timestamp']));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    for (const { headers, body, event, at } of requests) {
      expect([event.eventId, headers['webhook-id']]).toEqual([eventId, eventId]);
      expect(verifySignature(body, secret, headers['x-velt-signature']!)).toBe(true);
      expect(new Webhook(secret).verify(body, headers)).toEqual(event);
      expect(Math.abs(Number(headers['webhook-timestamp']) * 1000 - at)).toBeLessThan(60_000);
    }
  }
}
