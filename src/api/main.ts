// The API as a process of its own (`npm run start:api`), against TEMPORAL_ADDRESS.
import { readConfig, warnOfOutboundAllow } from '../config';
import { runProcess } from '../lifecycle';
import { createLogger } from '../logger';
import { createClient } from '../temporal/connect';
import { dataConverterOf } from '../temporal/payload-codec';
import { installRuntime } from '../temporal/runtime';
import { startApi } from './start';

void runProcess(async () => {
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel, 'countersign-api');
  warnOfOutboundAllow(config, logger);
  await installRuntime(logger);
  const client = createClient(config.temporal, dataConverterOf(config));
  const api = await startApi({ config, client, logger });
  logger.info({ url: api.url, temporal: config.temporal.connection.address }, 'the API serves');
  return {
    failed: new Promise<never>(() => {}),
    async stop() {
      logger.info('the API stops: it takes no more requests and ends those that run');
      await api.close();
      await client.connection.close();
    },
  };
});
