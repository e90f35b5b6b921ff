// `npm run bench`: ours beside a hand-written Temporal workflow of the same flow, in one run, rounds interleaved.
// Prints medians and ratios, and draws them. `-- --check` ends with code 1 when a target is missed. `-- --dbos` puts the same
// flow beside them, written by hand on DBOS Transact and PostgreSQL, `-- --webhooks` ours with a receiver that is told of
// everything. `-- --arrivals 6` has six flows come in a second instead of so many at a time: all variants have the same to do then.
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { SQLITE_PRAGMAS } from '../src/dev/embedded-temporal';
import { arriving, atATime } from './at-a-time';
import { cpuMsOf, cpuMsOfMachine } from './cpu';
import { orExit } from './flags';
import { type Driver, driver, type FlowTimes } from './flow';
import { readOptions } from './options';
import { type Stage, setTheStage, temporalVersion, type Variant, type VariantName } from './processes';
import { type CountingReceiver, startCountingReceiver } from './receiver';
import { drawAll, type Rounds, report } from './report';
import type { Round } from './round';

const options = orExit(() => readOptions(process.argv.slice(2)));

const REPLAYS = 64;
async function main(): Promise<void> {
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const names = ['ours', 'hand-written', ...(options.dbos ? (['dbos'] as const) : [])] as const;
  const receiver = options.webhooks ? await startCountingReceiver() : null;
  const stage = await setTheStage(say, names, receiver?.host);
  const temporal = new Client({ connection: await Connection.connect({ address: stage.address }) });
  const variants = [...stage.variants, ...stage.variants.flatMap((variant) => toldTo(receiver, variant))];
  const drivers = new Map<Variant, Driver>(variants.map((variant) => [variant, driver(variant, temporal, 64)]));
  let isMissed = false;
  try {
    describeStage(stage, say);
    for (const it of drivers.values()) await it.prepare();
    const byConcurrency = new Map<number, Rounds>();
    for (const load of loads()) {
      const rounds = await interleaved(drivers, { load, receiver }, say);
      isMissed = report(rounds, load, say) || isMissed;
      if (load.concurrency !== null) byConcurrency.set(load.concurrency, rounds);
    }
    if (byConcurrency.size > 1) {
      drawAll(options.plots, byConcurrency);
      say(`Drawn in ${options.plots}.`);
    }
  } finally {
    for (const it of drivers.values()) await it.close();
    await temporal.connection.close();
    await stage.close();
    await receiver?.close();
  }
  if (isMissed && options.check) process.exitCode = 1;
}

/** How the flows of a round come: so many at a time, or so many a second. */
interface Load {
  readonly label: string;
  readonly flows: number;
  /** Null when they come so many a second. */
  readonly concurrency: number | null;
  /** The targets are for flows that come so many at a time. */
  readonly isHeldToTargets: boolean;
  drive(count: number, work: (index: number) => Promise<void>): Promise<void>;
}

function loads(): Load[] {
  const { flows, arrivals, concurrency: atOnce } = options;
  if (arrivals.length > 0) {
    return arrivals.map((perSecond) => ({
      label: `${perSecond} a second`,
      flows,
      concurrency: null,
      isHeldToTargets: false,
      drive: (count, work) => arriving(perSecond, count, work),
    }));
  }
  return atOnce.map((concurrency) => ({
    label: `c = ${concurrency}`,
    flows: concurrency === 1 ? Math.ceil(flows / 10) : flows,
    concurrency,
    isHeldToTargets: true,
    drive: (count, work) => atATime(concurrency, count, work),
  }));
}

/** Ours once more, as it is when a receiver is told of everything. */
function toldTo(receiver: CountingReceiver | null, variant: Variant): Variant[] {
  if (receiver === null || variant.name !== 'ours') return [];
  return [{ ...variant, name: 'webhooks', webhookUrl: receiver.url }];
}

/** What a round is played with. */
interface Setting {
  readonly load: Load;
  readonly receiver: CountingReceiver | null;
}

/** The variants take turns, the first one changes from round to round, and the first round of each is dropped. */
async function interleaved(
  drivers: ReadonlyMap<Variant, Driver>,
  setting: Setting,
  say: (line: string) => void,
): Promise<Map<VariantName, Round[]>> {
  const { load } = setting;
  const all = new Map<VariantName, Round[]>();
  const variants = [...drivers.keys()];
  for (let round = 0; round <= options.rounds; round++) {
    const order = round % 2 === 0 ? variants : [...variants].reverse();
    for (const variant of order) {
      const it = drivers.get(variant) as Driver;
      const name = `${variant.name}-${load.label.replaceAll(/\W/g, '')}-r${round}`;
      const result = await playRound(variant, { ...setting, it, name });
      say(
        `  ${load.label}, round ${round}${round === 0 ? ' (warm-up)' : ''} ${variant.name}: ${result.flowsPerSecond.toFixed(1)} flows/s, ${result.cpuMsPerFlow.toFixed(1)} CPU ms a flow`,
      );
      if (round > 0) all.set(variant.name, [...(all.get(variant.name) ?? []), result]);
    }
  }
  return all;
}

async function playRound(
  { pids, serverCpuMs }: Variant,
  { it, load, receiver, name }: Setting & { it: Driver; name: string },
): Promise<Round> {
  const { flows } = load;
  const [api, worker] = pids;
  const measure = () => ({
    server: serverCpuMs(),
    api: cpuMsOf(api),
    worker: worker === undefined ? 0 : cpuMsOf(worker),
    driver: cpuMsOf(process.pid),
    machine: cpuMsOfMachine(),
    webhooks: receiver?.received() ?? 0,
    at: performance.now(),
  });
  const before = measure();
  const times: FlowTimes[] = [];
  await load.drive(flows, async (index) => void times.push(await it.flow(`${name}-${index}`)));
  const after = measure();
  const replayMs: number[] = [];
  await load.drive(REPLAYS, async (index) => void replayMs.push(await it.replay(`${name}-${index % flows}`)));
  const spent = (of: Exclude<keyof typeof before, 'at'>) => after[of] - before[of];
  const own = spent('server') + spent('api') + spent('worker');
  return {
    flowsPerSecond: flows / ((after.at - before.at) / 1000),
    cpuMsPerFlow: own / flows,
    serverCpuMsPerFlow: spent('server') / flows,
    apiCpuMsPerFlow: spent('api') / flows,
    workerCpuMsPerFlow: spent('worker') / flows,
    foreignShare: Math.max(0, spent('machine') - own - spent('driver')) / spent('machine'),
    webhooksPerFlow: spent('webhooks') / flows,
    times,
    replayMs,
  };
}

function describeStage(stage: Stage, say: (line: string) => void): void {
  const { dataDir, database: postgres } = stage;
  const database = join(dataDir, 'temporal.db');
  say(`Temporal: ${temporalVersion(stage)}`);
  say(`  started with ${SQLITE_PRAGMAS.join(', ')}; the database says journal_mode=${pragma(database)}`);
  say(`Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model.trim()})`);
  say('ours: the first agent as a local activity; hand-written: both as ordinary activities. Log level warn.');
  if (options.webhooks)
    say('webhooks: ours, with a receiver on this machine, over plain HTTP, that is told of everything.');
  if (postgres === null) return;
  say('dbos: one process is the API and runs the workflows; its server is a PostgreSQL of its own:');
  say(`  ${postgres.settings}`);
}

/** The file remembers its journal mode; Python reads it, since Node 20 has no SQLite. */
function pragma(database: string): string {
  const script =
    'import sqlite3,sys; print(sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute("PRAGMA journal_mode").fetchone()[0])';
  try {
    return execFileSync('python3', ['-c', script, database], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'unknown (python3 is not there to ask)';
  }
}

void main();
