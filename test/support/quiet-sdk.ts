// The SDK's log of a test run says errors only: workers start and stop all the time here. That one is stopped while it works is
// what several tests are about.
import { DefaultLogger, type LogEntry, makeTelemetryFilterString, Runtime } from '@temporalio/worker';

const STOPPED_AT_WORK = 'GracefulShutdownPeriodExpiredError';

function write({ level, message, meta }: LogEntry): void {
  if ((meta?.error as Error | undefined)?.name === STOPPED_AT_WORK) return;
  console.error(`[${level}] ${message}`, meta ?? '');
}

Runtime.install({
  logger: new DefaultLogger('ERROR', write),
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
});
