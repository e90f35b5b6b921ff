// The SDK's native part, which carries every call to Temporal and every task of a worker: one for the whole process. This room
// takes the parts of the worker's package that it needs: with the whole of it an API would need a fifth of a second more to start.
import { DefaultLogger } from '@temporalio/worker/lib/logger';
import { Runtime } from '@temporalio/worker/lib/runtime';
import { ConfigError } from '../config/config-error';
import type { Logger } from '../logger';
import { showSdkMetrics } from '../metrics/temporal';
import { freePort } from './free-port';
import { sdkLog } from './sdk-log';

let installing: Promise<void> | null = null;

/** Ports that are tried: one that was free a moment ago may be taken by another process before the SDK listens there. */
const PORTS_MAX = 5;

/**
 * To be called before the first connection. The SDK's own lines and its core's go through our logger; signals are handled
 * by the process, not by the SDK. Throws a ConfigError when its metrics find no port. `find`: only tests have another one.
 */
export async function installRuntime(logger: Logger, find: () => Promise<number> = freePort): Promise<void> {
  installing ??= install(logger, find);
  try {
    await installing;
  } catch (error) {
    installing = null;
    throw error;
  }
}

async function install(logger: Logger, find: () => Promise<number>): Promise<void> {
  const taken: number[] = [];
  while (taken.length < PORTS_MAX) {
    const port = await find();
    try {
      installOn(port, logger);
      return showSdkMetrics(port);
    } catch (error) {
      if (!isTaken(error)) throw error;
      taken.push(port);
    }
  }
  throw new ConfigError(
    `The metrics of the Temporal SDK found no port on 127.0.0.1: other programs took ${taken.join(', ')} a moment before. Start it again.`,
  );
}

function installOn(port: number, logger: Logger): void {
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger('WARN', sdkLog(logger)),
    telemetryOptions: {
      // Without it the core writes to the standard output by itself, in colours and not in JSON.
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      metrics: { prometheus: { bindAddress: `127.0.0.1:${port}` } },
    },
  });
}

/** The core has no code for it, only the system's words. */
const isTaken = (error: unknown): boolean =>
  error instanceof Error && /prometheus metrics exporter: .*(in use|os error (98|48|10048))/i.test(error.message);
