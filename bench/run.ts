// `npm run bench`: ours beside a hand-written Temporal workflow of the same flow, in one run, rounds interleaved.
// Prints medians and ratios. `-- --check` ends with code 1 when a target is missed.
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { SQLITE_PRAGMAS } from '../src/dev/embedded-temporal';
import { cpuMsOf, cpuMsOfMachine } from './cpu';
import { type Driver, driver, type FlowTimes } from './flow';
import { type Stage, setTheStage, type Variant, type VariantName } from './processes';
import { median, percentile, spread } from './statistics';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    /** Flows of a round at c = 64; at c = 1 a tenth of them. */
    flows: { type: 'string', default: '320' },
    /** How many flows at a time, one after the other. */
    concurrency: { type: 'string', default: '64,1' },
    check: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
  },
});

interface Round {
  readonly flowsPerSecond: number;
  /** Temporal server, API and worker together. */
  readonly cpuMsPerFlow: number;
  readonly serverCpuMsPerFlow: number;
  readonly apiCpuMsPerFlow: number;
  readonly workerCpuMsPerFlow: number;
  readonly foreignShare: number;
  readonly times: readonly FlowTimes[];
}

/** Issue A: ours over the hand-written one. */
const TARGETS = {
  'CPU ms per flow': ['at most', 1.0],
  'flows per second': ['at least', 1.0],
  'dispatch p50 ms': ['at most', 1.3],
} as const;

async function main(): Promise<void> {
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const stage = await setTheStage(say);
  let isClosing: Promise<void> | null = null;
  const close = () => {
    isClosing ??= stage.close();
    return isClosing;
  };
  process.once('SIGINT', () => void close().then(() => process.exit(130)));
  const temporal = new Client({ connection: await Connection.connect({ address: stage.address }) });
  const drivers = new Map<Variant, Driver>(stage.variants.map((variant) => [variant, driver(variant, temporal, 64)]));
  let isMissed = false;
  try {
    describeStage(stage, say);
    for (const it of drivers.values()) await it.prepare();
    for (const concurrency of options.concurrency.split(',').map(Number)) {
      const flows = concurrency === 1 ? Math.ceil(Number(options.flows) / 10) : Number(options.flows);
      const rounds = await interleaved(stage, drivers, { concurrency, flows, say });
      isMissed = report(rounds, concurrency, say) || isMissed;
    }
  } finally {
    for (const it of drivers.values()) await it.close();
    await temporal.connection.close();
    await close();
  }
  if (isMissed && options.check) process.exitCode = 1;
}

/** The variants take turns, the first one changes from round to round, and the first round of each is dropped. */
async function interleaved(
  stage: Stage,
  drivers: ReadonlyMap<Variant, Driver>,
  { concurrency, flows, say }: { concurrency: number; flows: number; say: (line: string) => void },
): Promise<Map<VariantName, Round[]>> {
  const all = new Map<VariantName, Round[]>();
  for (let round = 0; round <= Number(options.rounds); round++) {
    const order = round % 2 === 0 ? stage.variants : [...stage.variants].reverse();
    for (const variant of order) {
      const it = drivers.get(variant) as Driver;
      const result = await playRound(stage, variant, { it, concurrency, flows, name: `c${concurrency}-r${round}` });
      say(
        `  c=${concurrency} round ${round}${round === 0 ? ' (warm-up)' : ''} ${variant.name}: ${result.flowsPerSecond.toFixed(1)} flows/s, ${result.cpuMsPerFlow.toFixed(1)} CPU ms a flow`,
      );
      if (round > 0) all.set(variant.name, [...(all.get(variant.name) ?? []), result]);
    }
  }
  return all;
}

async function playRound(
  stage: Stage,
  { pids }: Variant,
  { it, concurrency, flows, name }: { it: Driver; concurrency: number; flows: number; name: string },
): Promise<Round> {
  const measure = () => ({
    server: cpuMsOf(stage.temporalPid()),
    api: cpuMsOf(pids[0]),
    worker: cpuMsOf(pids[1]),
    driver: cpuMsOf(process.pid),
    machine: cpuMsOfMachine(),
    at: performance.now(),
  });
  const before = measure();
  const times: FlowTimes[] = [];
  let next = 0;
  const client = async () => {
    while (next < flows) times.push(await it.flow(`${name}-${next++}`));
  };
  await Promise.all(Array.from({ length: concurrency }, client));
  const after = measure();
  const server = after.server - before.server;
  const [api, worker] = [after.api - before.api, after.worker - before.worker];
  const machine = after.machine - before.machine;
  const foreign = machine - server - api - worker - (after.driver - before.driver);
  return {
    flowsPerSecond: flows / ((after.at - before.at) / 1000),
    cpuMsPerFlow: (server + api + worker) / flows,
    serverCpuMsPerFlow: server / flows,
    apiCpuMsPerFlow: api / flows,
    workerCpuMsPerFlow: worker / flows,
    foreignShare: Math.max(0, foreign) / machine,
    times,
  };
}

const MEASURES: Readonly<Record<string, (round: Round) => number>> = {
  'flows per second': (round) => round.flowsPerSecond,
  'CPU ms per flow': (round) => round.cpuMsPerFlow,
  '  of these, Temporal server': (round) => round.serverCpuMsPerFlow,
  '  API': (round) => round.apiCpuMsPerFlow,
  '  worker': (round) => round.workerCpuMsPerFlow,
  'dispatch p50 ms': (round) => median(round.times.map((time) => time.dispatchMs)),
  'dispatch p99 ms': (round) =>
    percentile(
      round.times.map((time) => time.dispatchMs),
      0.99,
    ),
  'decision p50 ms': (round) => median(round.times.flatMap((time) => time.decisionMs)),
  'decision p99 ms': (round) =>
    percentile(
      round.times.flatMap((time) => time.decisionMs),
      0.99,
    ),
  'whole flow p50 ms': (round) => median(round.times.map((time) => time.flowMs)),
  'reads per flow': (round) => round.times.reduce((sum, time) => sum + time.reads, 0) / round.times.length,
  'share of foreign CPU': (round) => round.foreignShare,
};

/** Prints the table; true when a target was missed. */
function report(
  rounds: ReadonlyMap<VariantName, readonly Round[]>,
  concurrency: number,
  say: (line: string) => void,
): boolean {
  let isMissed = false;
  say(`\nc = ${concurrency}${' '.repeat(26)}ours   (spread)  hand-written   (spread)   ratio`);
  for (const [name, measure] of Object.entries(MEASURES)) {
    const [ours = [], hand = []] = (['ours', 'hand-written'] as const).map((variant) =>
      (rounds.get(variant) ?? []).map(measure),
    );
    const ratio = median(ours) / median(hand);
    const target = TARGETS[name as keyof typeof TARGETS];
    const isMet = !target || (target[0] === 'at most' ? ratio <= target[1] : ratio >= target[1]);
    isMissed ||= !isMet;
    const verdict = target ? `  ${isMet ? 'met' : 'MISSED'}: ${target[0]} ${target[1].toFixed(1)}` : '';
    const cell = (values: readonly number[]) =>
      `${median(values).toFixed(2).padStart(9)} (±${(spread(values) * 100).toFixed(0).padStart(3)} %)`;
    say(
      `${name.padEnd(28)}${cell(ours)}  ${cell(hand)}  ${Number.isFinite(ratio) ? ratio.toFixed(2).padStart(6) : '     -'}${verdict}`,
    );
  }
  say('');
  return isMissed;
}

function describeStage({ dataDir, temporalPid }: Stage, say: (line: string) => void): void {
  const version = execFileSync(`/proc/${temporalPid()}/exe`, ['--version'], { encoding: 'utf8' }).trim();
  const database = join(dataDir, 'temporal.db');
  say(`Temporal: ${version}`);
  say(`  started with ${SQLITE_PRAGMAS.join(', ')}; the database says journal_mode=${pragma(database)}`);
  say(`Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model.trim()})`);
  say('ours: the first agent as a local activity; hand-written: both as ordinary activities. Log level warn.');
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
