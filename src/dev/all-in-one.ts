// Everything in one process: the embedded Temporal server (unless TEMPORAL_ADDRESS names one), a worker, and the API.
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningApi, startApi } from '../api/start';
import type { Config } from '../config';
import type { Running } from '../lifecycle';
import type { Logger } from '../logger';
import { createClient } from '../temporal/connect';
import { dataConverterOf } from '../temporal/payload-codec';
import { installRuntime } from '../temporal/runtime';
import { startWorker } from '../worker/start';
import { type EmbeddedTemporal, startEmbeddedTemporal } from './embedded-temporal';
import { findTemporalCli } from './temporal-cli';

export interface AllInOne extends Running {
  readonly apiUrl: string;
  /** Null when the Temporal server is not ours. */
  readonly temporal: EmbeddedTemporal | null;
}

export interface AllInOneParts {
  readonly config: Config;
  readonly logger: Logger;
  /** For what the person who waits should see. */
  readonly say: (line: string) => void;
  /** Aborted: the start is given up, and what it started is ended. */
  readonly stopping: AbortSignal;
}

const READY_POLL_MS = 25;

/** Resolves when the API serves and a worker polls. */
export async function startAllInOne(parts: AllInOneParts): Promise<AllInOne> {
  const { config, logger, stopping } = parts;
  const temporal = config.temporal.isEmbedded ? await embedded(parts) : null;
  await installRuntime(logger);
  const client = createClient(config.temporal, dataConverterOf(config));
  const stops: (() => Promise<void>)[] = [() => client.connection.close(), async () => temporal?.stop()];
  const stop = async () => {
    for (const end of stops.splice(0)) await end();
  };
  try {
    const alsoMissing = () =>
      temporal && temporal.state() !== 'serving' ? 'The Temporal server is being restarted.' : null;
    const api = await startApi({ config, client, logger, alsoMissing });
    stops.unshift(() => api.close());
    const worker = await startWorker(config, logger, stopping);
    stops.splice(1, 0, () => worker.stop());
    await untilReady(api, stopping);
    return { apiUrl: api.url, temporal, failed: worker.failed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function embedded({ config, say, stopping }: AllInOneParts): Promise<EmbeddedTemporal> {
  const { cliPath, port, uiPort } = config.embedded;
  const cli = await findTemporalCli({ configuredPath: cliPath, say, signal: stopping });
  const { namespace } = config.temporal;
  const { dataDir } = config;
  return startEmbeddedTemporal({ cliPath: cli, dataDir, port, uiPort, namespace, say, signal: stopping });
}

async function untilReady(api: RunningApi, stopping: AbortSignal): Promise<void> {
  while (!(await api.readiness()).ready) await sleep(READY_POLL_MS, undefined, { signal: stopping });
}
