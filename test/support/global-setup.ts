// Once per test run: a Temporal dev server with a database of its own, its search attributes, and the workflow bundle.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { type EmbeddedTemporal, startEmbeddedTemporal } from '../../src/dev/embedded-temporal';
import { findTemporalCli } from '../../src/dev/temporal-cli';
import { freePort } from '../../src/temporal/free-port';
import { ensureSearchAttributes } from '../../src/temporal/search-attributes';
import { bundleWorkflows } from '../../src/worker/bundle';

/** Temporal suggests continue-as-new at this length of a history; by default at 4,096 events. */
const HISTORY_EVENTS_SUGGESTED = process.env.COUNTERSIGN_TEST_HISTORY_EVENTS ?? '300';

/** For global-teardown.ts, which runs in the same process. */
export const started: { temporal: EmbeddedTemporal | null; folder: string | null } = { temporal: null, folder: null };

export default async function globalSetup(): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const folder = mkdtempSync(join(tmpdir(), 'countersign-test-'));
  started.folder = folder;
  const bundlePath = join(folder, 'workflow-bundle.js');
  const bundled = bundleWorkflows(join(__dirname, '../../src/workflows/index.ts'), bundlePath);
  process.env.COUNTERSIGN_TEST_BUNDLE = bundlePath;

  if (!process.env.COUNTERSIGN_TEST_TEMPORAL) {
    const say = (line: string) => void process.stderr.write(`${line}\n`);
    const cliPath = await findTemporalCli({ configuredPath: process.env.TEMPORAL_CLI_PATH ?? null, say });
    process.env.COUNTERSIGN_TEST_CLI = cliPath;
    started.temporal = await startEmbeddedTemporal({
      cliPath,
      dataDir: folder,
      port: await freePort(),
      uiPort: await freePort(),
      namespace: 'default',
      // So that tests see continue-as-new after a hundred decisions, and not after thousands.
      dynamicConfig: [
        `limit.historyCount.suggestContinueAsNew=${HISTORY_EVENTS_SUGGESTED}`,
        // Off by default in servers of today.
        'frontend.WorkflowPauseEnabled=true',
      ],
      say,
    });
    process.env.COUNTERSIGN_TEST_TEMPORAL = started.temporal.address;
  }
  const connection = await Connection.connect({ address: process.env.COUNTERSIGN_TEST_TEMPORAL });
  await ensureSearchAttributes(connection, 'default');
  await connection.close();
  await bundled;
}
