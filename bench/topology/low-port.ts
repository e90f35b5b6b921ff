// Free ports for the Temporal server: it writes them into a two-byte column of PostgreSQL.
import { randomInt } from 'node:crypto';
import { listenOnce } from '../../src/temporal/free-port';

export const PORT_MAX = 32_767;
const PORT_MIN = 10_000;

export async function freeLowPort(): Promise<number> {
  for (;;) {
    try {
      return await listenOnce('127.0.0.1', randomInt(PORT_MIN, PORT_MAX + 1));
    } catch {
      // Somebody has it; another.
    }
  }
}
