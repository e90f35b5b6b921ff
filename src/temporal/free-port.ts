// A free port of this machine, for what only this process talks to.
import { randomInt } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections (from 32,768 on Linux, from 49,152 elsewhere). */
const LOWEST = 10_240;
const HIGHEST = 32_767;
const TRIES = 20;

/**
 * Whoever is told the port binds it a moment later; of the ports that the system gives away by itself, an outgoing
 * connection of another process may have taken it by then.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let tried = 0; tried < TRIES; tried++) {
    const port = await listenOnce(host, randomInt(LOWEST, HIGHEST + 1)).catch(() => null);
    if (port !== null) return port;
  }
  return listenOnce(host, 0);
}

/** Rejects when something listens there; resolves with the port, which is free again. */
export function listenOnce(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => {
      const { port: bound } = server.address() as AddressInfo;
      server.close(() => resolve(bound));
    });
  });
}
