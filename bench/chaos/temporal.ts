// The Temporal of a chaos run: the dev server with its database file, or the real one on PostgreSQL, which dies too.
import { devServer } from '../dev-server';
import type { TargetKind } from '../journal';
import type { Target } from '../target';
import type { KeptAlive } from '../topology/kept-alive';
import { startTopology } from '../topology/topology';
import type { TemporalKind } from './options';

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
  kind === 'postgres' ? onPostgres(say) : onDevServer(folder, say);

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

async function onDevServer(folder: string, say: Say): Promise<TemporalSide> {
  const { address, running, start, stop } = await devServer({ dataDir: folder, say });
  return { address, targets: [targetOf('temporal', running)], stop, start, close: stop };
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
