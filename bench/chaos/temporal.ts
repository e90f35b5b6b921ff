// The Temporal of a chaos run: the dev server with its database file, or the real one on PostgreSQL, which dies too.
import { Connection } from '@temporalio/client';
import { type EmbeddedTemporal, startEmbeddedTemporal } from '../../src/dev/embedded-temporal';
import { findTemporalCli } from '../../src/dev/temporal-cli';
import { freePort } from '../../src/temporal/free-port';
import { ensureSearchAttributes } from '../../src/temporal/search-attributes';
import type { KeptAlive } from '../topology/kept-alive';
import { startTopology } from '../topology/topology';
import type { TargetKind } from './journal';
import type { TemporalKind } from './options';
import type { Target } from './target';

export interface TemporalSide {
  readonly address: string;
  readonly targets: readonly Target[];
  /** Temporal alone; a PostgreSQL goes on. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

type Say = (line: string) => void;

export const startTemporalSide = (kind: TemporalKind, folder: string, say: Say): Promise<TemporalSide> =>
  kind === 'postgres' ? onPostgres(say) : devServer(folder, say);

async function onPostgres(say: Say): Promise<TemporalSide> {
  const { address, temporal, postgres, stop } = await startTopology({
    say,
    dataDir: null,
    temporalPort: null,
    dynamicConfig: [],
  });
  return {
    address,
    targets: [targetOf('temporal', () => temporal), targetOf('postgres', () => postgres)],
    stop: temporal.stop,
    start: temporal.start,
    close: stop,
  };
}

async function devServer(dataDir: string, say: Say): Promise<TemporalSide> {
  const cliPath = await findTemporalCli({ configuredPath: process.env.TEMPORAL_CLI_PATH ?? null, say });
  const ports = { port: await freePort(), uiPort: await freePort() };
  const launched = () =>
    startEmbeddedTemporal({ cliPath, dataDir, namespace: 'default', say: () => undefined, ...ports });
  let temporal: EmbeddedTemporal = await launched();
  const stop = () => temporal.stop();
  try {
    const connection = await Connection.connect({ address: temporal.address });
    await ensureSearchAttributes(connection, 'default');
    await connection.close();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    address: temporal.address,
    targets: [targetOf('temporal', () => temporal)],
    stop,
    start: async () => {
      temporal = await launched();
    },
    close: stop,
  };
}

/** `running` is asked each time: a stopped one is replaced by another. */
function targetOf(kind: TargetKind, running: () => Pick<KeptAlive, 'pid'> & { state(): string }): Target {
  return {
    kind,
    name: kind,
    serves: async () => running().state() === 'serving',
    signal: (signal) => {
      const pid = running().pid();
      if (pid) process.kill(pid, signal);
    },
  };
}
