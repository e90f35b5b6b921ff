// A webhook receiver on this machine that keeps what came, byte for byte, and answers as its script says.
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Hook {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** The raw bytes. */
  readonly body: string;
  /** The parsed body. */
  readonly event: {
    readonly event: string;
    readonly seq: number;
    readonly eventId: string;
    readonly [field: string]: any;
  };
  readonly attempt: number;
}

/** A status, or a status with headers or a body, or no answer at all. */
export type Reaction =
  | number
  | 'silence'
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };

export type Script = (hook: Hook) => Reaction | Promise<Reaction>;

export interface Receiver {
  readonly url: string;
  /** For OUTBOUND_ALLOW. */
  readonly host: string;
  /** In the order of their arrival. */
  readonly hooks: readonly Hook[];
  hooksOf(executionId: string): readonly Hook[];
  /** How the next requests are answered; 200 by default. */
  react(script: Script): void;
  /** The same of those that tell of one execution. */
  reactTo(executionId: string, script: Script): void;
  /** Resolves when a request like this has come. */
  received(isMeant: (hook: Hook) => boolean): Promise<Hook>;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const hooks: Hook[] = [];
  const waiting = new Set<() => void>();
  let script: Script = () => 200;
  const scripts = new Map<string, Script>();
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    const hook: Hook = {
      method: request.method ?? '',
      headers: request.headers,
      body,
      event: body === '' ? {} : JSON.parse(body),
      attempt: Number(request.headers['x-velt-attempt']),
    };
    hooks.push(hook);
    const reaction = await (scripts.get(hook.event.executionId) ?? script)(hook);
    if (typeof reaction === 'number') response.writeHead(reaction).end();
    else if (reaction !== 'silence') response.writeHead(reaction.status, reaction.headers).end(reaction.body);
    for (const look of waiting) look();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}/hook`,
    host,
    hooks,
    hooksOf: (executionId) => hooks.filter((hook) => hook.event.executionId === executionId),
    react: (next) => {
      script = next;
    },
    reactTo: (executionId, next) => void scripts.set(executionId, next),
    received: (isMeant) =>
      new Promise((resolve) => {
        const look = () => {
          const found = hooks.find(isMeant);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
