// The SDK's native part, which carries every call to Temporal and every task of a worker: one for the whole process. This room
// takes the parts of the worker's package that it needs: with the whole of it an API would need a fifth of a second more to start.
import { DefaultLogger } from '@temporalio/worker/lib/logger';
import { Runtime } from '@temporalio/worker/lib/runtime';
import type { Logger } from '../logger';
import { showSdkMetrics } from '../metrics/temporal';
import { freePort } from './free-port';
import { sdkLog } from './sdk-log';

let isInstalled = false;

/**
 * To be called before the first connection. The SDK's own lines and its core's go through our logger; signals are handled
 * by the process, not by the SDK.
 */
export async function installRuntime(logger: Logger): Promise<void> {
  if (isInstalled) return;
  isInstalled = true;
  const port = await freePort();
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger('WARN', sdkLog(logger)),
    telemetryOptions: {
      // Without it the core writes to the standard output by itself, in colours and not in JSON.
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      metrics: { prometheus: { bindAddress: `127.0.0.1:${port}` } },
    },
  });
  showSdkMetrics(port);
}
