// Ports of this machine: whether one is free, and a free one.
import { type AddressInfo, createServer } from 'node:net';
import { ConfigError } from '../config/config-error';

/** Throws a ConfigError that names the variable when something listens there already. */
export async function assertPortIsFree(host: string, port: number, variable: string): Promise<void> {
  try {
    await listenOnce(host, port);
  } catch {
    throw new ConfigError(`Port ${port} is used by another program; set ${variable} to a free port.`);
  }
}

export function freePort(host = '127.0.0.1'): Promise<number> {
  return listenOnce(host, 0);
}

function listenOnce(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => {
      const { port: bound } = server.address() as AddressInfo;
      server.close(() => resolve(bound));
    });
  });
}
