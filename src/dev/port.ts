// Whether a port that a person chose is free.
import { listenError } from '../config/listen-error';
import { listenOnce } from '../temporal/free-port';

/** Throws a ConfigError that names the variable when nothing can listen there, mostly because something does already. */
export async function assertPortIsFree(host: string, port: number, variable: string): Promise<void> {
  try {
    await listenOnce(host, port);
  } catch (error) {
    throw listenError(error, { host, port, variable });
  }
}
