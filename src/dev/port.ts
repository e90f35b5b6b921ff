// Whether a port that a person chose is free.
import { ConfigError } from '../config/config-error';
import { listenOnce } from '../temporal/free-port';

export { freePort } from '../temporal/free-port';

/** Throws a ConfigError that names the variable when something listens there already. */
export async function assertPortIsFree(host: string, port: number, variable: string): Promise<void> {
  try {
    await listenOnce(host, port);
  } catch {
    throw new ConfigError(`Port ${port} is used by another program; set ${variable} to a free port.`);
  }
}
