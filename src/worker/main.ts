// The worker as a process of its own (`npm run start:worker`), against TEMPORAL_ADDRESS.
import { readConfig } from '../config';
import { runProcess } from '../lifecycle';
import { createLogger } from '../logger';
import { serveMetrics } from './metrics-server';
import { startWorker } from './start';

void runProcess(async (stopping) => {
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel, 'countersign-worker');
  const stopMetrics = config.metricsPort === null ? null : await serveMetrics(config.host, config.metricsPort);
  const worker = await startWorker(config, logger, stopping);
  logger.info({ taskQueue: config.taskQueue, temporal: config.temporal.connection.address }, 'the worker polls');
  return {
    failed: worker.failed,
    async stop() {
      logger.info('the worker stops: it takes no more tasks and ends those that run');
      await worker.stop();
      stopMetrics?.();
    },
  };
});
