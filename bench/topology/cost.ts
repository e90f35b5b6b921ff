// `npm run topology:cost`: what a flow costs on PostgreSQL, part by part: CPU, transactions, bytes. For docs/operations.md.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { atATime } from '../at-a-time';
import { cpuMsOf, cpuMsOfFamily, cpuMsOfMachine } from '../cpu';
import { orExit } from '../flags';
import { driver } from '../flow';
import { percentile } from '../statistics';
import { startApp } from './app';
import { postgresFolder } from './binaries';
import { readOptions } from './cost-options';
import { startTopology } from './topology';

const options = orExit(() => readOptions(process.argv.slice(2)));

const say = (line: string) => void process.stdout.write(`${line}\n`);
const PROGRESS_MS = 10_000;

type Part = 'Temporal' | 'PostgreSQL' | 'API' | 'worker';
interface Reading {
  readonly at: number;
  readonly cpuMs: Readonly<Record<Part | 'machine', number>>;
  readonly transactions: number;
  readonly walBytes: number;
  readonly databaseBytes: number;
  readonly connections: number;
}

async function main(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const shards = options.shards === null ? {} : { NUM_HISTORY_SHARDS: String(options.shards) };
  const topology = await startTopology({
    say,
    dataDir: null,
    temporalPort: null,
    dynamicConfig: [],
    serverEnv: shards,
  });
  const app = await startApp(topology.address);
  const temporal = new Client({ connection: await Connection.connect({ address: topology.address }) });
  const { flows, concurrency } = options;
  const variant = {
    name: 'ours',
    apiUrl: app.url,
    workflowIdOf: (key: string) => `execution/dev/${key}`,
  } as const;
  const clients = driver(variant, temporal, concurrency);
  const read = (): Reading => ({
    at: performance.now(),
    cpuMs: {
      Temporal: cpuMsOf(topology.temporal.pid() ?? 0),
      PostgreSQL: cpuMsOfFamily(topology.postgres.pid() ?? 0),
      API: cpuMsOf(app.apiPid),
      worker: cpuMsOf(app.workerPid),
      machine: cpuMsOfMachine(),
    },
    ...databaseReading(topology.postgresUrl),
  });
  try {
    await clients.prepare();
    for (let index = 0; index < concurrency; index++) await clients.flow(`warm-${index}`);
    const idle = await during(read, () => sleep(options.idleSeconds * 1_000));
    report('doing nothing', idle, null);
    const times: number[] = [];
    const flow = async (index: number) => void times.push((await clients.flow(`flow-${index}`)).flowMs);
    const progress = setInterval(() => say(`  ${times.length} of ${flows} flows`), PROGRESS_MS);
    const busy = await during(read, () => atATime(concurrency, flows, flow)).finally(() => clearInterval(progress));
    report(`${flows} flows, ${concurrency} at a time`, busy, flows);
    const { historyEvents, historyBytes, transitions } = await sizeOf(temporal, variant.workflowIdOf('flow-0'));
    say(`  its history: ${historyEvents} events, ${historyBytes} bytes, ${transitions} state transitions`);
    say(`  a flow: p50 ${Math.round(percentile(times, 0.5))} ms, p99 ${Math.round(percentile(times, 0.99))} ms`);
  } finally {
    await clients.close();
    await temporal.connection.close();
    await app.stop();
    await topology.stop();
  }
}

async function sizeOf({ workflowService, options: { namespace } }: Client, workflowId: string) {
  const { workflowExecutionInfo: info } = await workflowService.describeWorkflowExecution({
    namespace,
    execution: { workflowId },
  });
  return {
    historyEvents: Number(info?.historyLength),
    historyBytes: Number(info?.historySizeBytes),
    transitions: Number(info?.stateTransitionCount),
  };
}

async function during(read: () => Reading, work: () => Promise<unknown>): Promise<readonly [Reading, Reading]> {
  const before = read();
  await work();
  return [before, read()];
}

/** Per flow, or per second when there were none. */
function report(what: string, [before, after]: readonly [Reading, Reading], flows: number | null): void {
  const seconds = (after.at - before.at) / 1_000;
  const per = flows ?? seconds;
  const unit = flows === null ? 's' : 'flow';
  const parts = (['Temporal', 'PostgreSQL', 'API', 'worker'] as const).map(
    (part) => [part, after.cpuMs[part] - before.cpuMs[part]] as const,
  );
  const own = parts.reduce((sum, [, spent]) => sum + spent, 0);
  const machine = after.cpuMs.machine - before.cpuMs.machine;
  const kilobytes = (bytes: number) => `${(bytes / 1024 / per).toFixed(1)} KB`;
  say(`${what}: ${seconds.toFixed(1)} s${flows === null ? '' : `, ${(flows / seconds).toFixed(1)} flows a second`}`);
  say(`  CPU ms a ${unit}: ${parts.map(([part, spent]) => `${part} ${(spent / per).toFixed(1)}`).join(', ')}`);
  say(`  of all CPU that the machine spent, ${((100 * (machine - own)) / machine).toFixed(0)} % was foreign`);
  say(
    `  PostgreSQL a ${unit}: ${((after.transactions - before.transactions) / per).toFixed(1)} transactions, ${kilobytes(after.walBytes - before.walBytes)} of log, ${kilobytes(after.databaseBytes - before.databaseBytes)} of growth; ${after.connections} connections`,
  );
}

function databaseReading(url: string): Pick<Reading, 'transactions' | 'walBytes' | 'databaseBytes' | 'connections'> {
  const query = `SELECT sum(xact_commit + xact_rollback), pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0'),
    sum(pg_database_size(datname)), (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')
    FROM pg_stat_database WHERE datname LIKE 'temporal%'`;
  const line = execFileSync(join(postgresFolder(), 'psql'), [url, '-AtF', ' ', '-c', query], { encoding: 'utf8' });
  const [transactions = 0, walBytes = 0, databaseBytes = 0, connections = 0] = line.trim().split(' ').map(Number);
  return { transactions, walBytes, databaseBytes, connections };
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
