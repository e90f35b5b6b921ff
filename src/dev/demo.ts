// `npm run demo`: the main job, from nothing, as a timeline that a person can read (contract 6).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXAMPLE_DEFINITION, EXAMPLE_DISPATCH } from '../api/examples';
import { type Config, readConfig } from '../config';
import { DEVELOPMENT_CREDENTIALS } from '../config/api-keys-file';
import { ConfigError } from '../config/config-error';
import { isOfNamedServer } from '../config/temporal-target';
import { type Running, runProcess } from '../lifecycle';
import { createLogger } from '../logger';
import { freePort } from '../temporal/free-port';
import { executionWorkflowId, keyOfExecutionId } from '../workflows/contract/ids';
import { startAllInOne } from './all-in-one';
import { demoClient } from './demo-client';
import { playDemo } from './demo-play';
import { startReceiver } from './demo-receiver';
import { assertPortIsFree } from './port';
import { type Timeline, timeline } from './timeline';

const OPTIONS = process.argv.slice(2);
const KEEP = OPTIONS.includes('--keep');

async function demo(stopping: AbortSignal): Promise<Running> {
  const lines = timeline(process.stdout, Date.now());
  lines.heading('Countersign demo: marketing copy, drafted by an agent, approved by two people, published');
  const folder = mkdtempSync(join(tmpdir(), 'countersign-demo-'));
  const secret = `whsec_${Buffer.from('a secret of this demo only').toString('base64')}`;
  const receiver = await startReceiver(secret);
  const stops = [() => receiver.close()];
  const stop = async () => {
    for (const end of stops.splice(0)) await end();
  };
  try {
    const config = await demoConfig(folder, new URL(receiver.url).host);
    lines.line('server', 'starting Temporal, a worker and the API ...');
    const all = await startAllInOne({
      config,
      logger: createLogger(config.logLevel, 'countersign-demo'),
      say: (text) => lines.line('server', text.trim()),
      stopping,
    });
    stops.unshift(() => all.stop());
    const uiUrl = all.temporal?.uiUrl ?? '';
    lines.line('server', `ready: API ${all.apiUrl}, Temporal UI ${uiUrl}, webhook receiver ${receiver.url}`);
    const executionId = await playDemo({ lines, client: demoClient(all.apiUrl), receiver, secret });
    showLinks(lines, { executionId, uiUrl, apiUrl: all.apiUrl, namespace: config.temporal.namespace });
    stops.push(async () => rmSync(folder, { recursive: true, force: true }));
    return { failed: all.failed, stop };
  } catch (error) {
    // The folder stays: the error may name the log in it.
    await stop();
    throw error;
  }
}

/** Nothing of an earlier start is used, and nothing is left behind: the data lives in a folder of this demo. */
async function demoConfig(folder: string, receiverHost: string): Promise<Config> {
  const { PORT, TEMPORAL_PORT, TEMPORAL_UI_PORT, LOG_LEVEL } = process.env;
  const own = Object.entries(process.env).filter(([name]) => !isOfNamedServer(name));
  return readConfig({
    ...Object.fromEntries(own),
    NODE_ENV: 'development',
    API_KEYS_FILE: '',
    DATA_DIR: folder,
    PORT: PORT || String(await portOr(3000)),
    TEMPORAL_PORT: TEMPORAL_PORT || String(await portOr(7233)),
    TEMPORAL_UI_PORT: TEMPORAL_UI_PORT || String(await portOr(8233)),
    OUTBOUND_ALLOW: receiverHost,
    LOG_LEVEL: LOG_LEVEL || 'error',
  });
}

function showLinks(
  lines: Timeline,
  { executionId, uiUrl, apiUrl, namespace }: Record<'executionId' | 'uiUrl' | 'apiUrl' | 'namespace', string>,
): void {
  const workflowId = executionWorkflowId(DEVELOPMENT_CREDENTIALS.workspace, keyOfExecutionId(executionId) ?? '');
  lines.plain('\nLook further:');
  lines.plain(
    `  the execution in the Temporal UI   ${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}`,
  );
  lines.plain(`  the API                            ${apiUrl}/v2/workflow/... (README.md shows calls with curl)`);
  lines.plain(`  its reference                      ${apiUrl}/docs`);
  lines.plain(
    `  the definition ${EXAMPLE_DEFINITION.definitionId} and the key ${EXAMPLE_DISPATCH.idempotencyKey}: src/api/examples.ts`,
  );
  lines.plain(
    KEEP
      ? '\nEverything keeps running; Ctrl-C stops it.'
      : '\nDone. `npm run demo -- --keep` leaves everything running, so that the links work.',
  );
}

/** The usual port when it is free: then the links are the usual ones. */
async function portOr(usual: number): Promise<number> {
  return assertPortIsFree('127.0.0.1', usual, 'PORT').then(
    () => usual,
    () => freePort(),
  );
}

void runProcess(async (stopping) => {
  const unknown = OPTIONS.find((option) => option !== '--keep');
  if (unknown !== undefined)
    throw new ConfigError(`The demo knows no ${unknown}; npm run demo -- --keep is all it takes.`);
  const running = await demo(stopping);
  if (!KEEP) process.kill(process.pid, 'SIGTERM');
  return running;
});
