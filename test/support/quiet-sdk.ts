// The SDK's log of a test run says errors only: workers start and stop all the time here. That one is stopped while it works, or
// has a task begun anew, is what several tests are about.
import { DefaultLogger, type LogEntry, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { NOTHING_IS_WRONG } from '../../src/workflows/contract/messages';

const STOPPED_AT_WORK = 'GracefulShutdownPeriodExpiredError';

function write({ level, message, meta }: LogEntry): void {
  const error = meta?.error as Error | undefined;
  if (error?.name === STOPPED_AT_WORK || error?.message?.startsWith(NOTHING_IS_WRONG)) return;
  console.error(`[${level}] ${message}`, meta ?? '');
}

Runtime.install({
  logger: new DefaultLogger('ERROR', write),
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
});
