// `npm start`: everything in one process for daily work; see src/dev/all-in-one.ts.

import { type Config, readConfig } from './config';
import { DEVELOPMENT_CREDENTIALS } from './config/api-keys-file';
import { startAllInOne } from './dev/all-in-one';
import { runProcess } from './lifecycle';
import { createLogger } from './logger';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

void runProcess(async (stopping) => {
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel, 'countersign');
  const startedAt = Date.now();
  say('Starting Countersign ...');
  const all = await startAllInOne({ config, logger, say, stopping });
  announce(config, {
    apiUrl: all.apiUrl,
    uiUrl: all.temporal?.uiUrl ?? null,
    seconds: (Date.now() - startedAt) / 1000,
  });
  return all;
});

function announce(
  config: Config,
  { apiUrl, uiUrl, seconds }: { apiUrl: string; uiUrl: string | null; seconds: number },
): void {
  say(`Countersign is ready after ${seconds.toFixed(1)} s.`);
  say(`  API          ${apiUrl}/v2/workflow/...`);
  say(`  reference    ${apiUrl}/docs`);
  say(`  readiness    ${apiUrl}/readyz`);
  if (uiUrl) {
    say(`  Temporal UI  ${uiUrl}`);
    say(`  data         ${config.dataDir}`);
  }
  if (config.apiKeysFile === null) {
    const { workspace, apiKey, token } = DEVELOPMENT_CREDENTIALS;
    say(`  development: workspace ${workspace}, x-velt-api-key: ${apiKey}, x-velt-auth-token: ${token}`);
  }
  say('Ctrl-C stops all of it; the next start finds everything again.');
}
