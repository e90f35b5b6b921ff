// `npm run bench:growth`: what an execution costs as graphs, definitions and the number of open executions grow. Prints
// Markdown tables, and draws them.
import { setTimeout as sleep } from 'node:timers/promises';
import { atATime } from '../at-a-time';
import { ChainClient, chain } from '../chain-flow';
import { cpuMsOf } from '../cpu';
import { orExit } from '../flags';
import { megabytesOf } from '../memory';
import { type Chart, draw } from '../plot';
import { type Stage, setTheStage, temporalVersion, untilReady, type Variant } from '../processes';
import { median, percentile } from '../statistics';
import { type Row, tableOf } from '../table';
import { readOptions } from './options';
import { ofSize } from './shapes';

const options = orExit(() => readOptions(process.argv.slice(2)));

/** Flows whose cost is measured at each size, and how many at a time. */
const FLOWS = 60;
const FLOWS_AT_A_TIME = 4;
const FLOWS_OF_A_HUNDRED_NODES = 6;
const OPENED_AT_A_TIME = 32;
/** Open executions that are decided on after the worker's restart, one after the other. */
const SAMPLE = 200;
/** Node.js clears up for up to a minute after it had much to do. */
const CLEARING_UP_MS = 60_000;
const IDLE_MS = 30_000;

interface Cost {
  readonly cpuMs: number;
  readonly serverMs: number;
  readonly apiMs: number;
  readonly workerMs: number;
  readonly dispatchMs: readonly number[];
  readonly decisionMs: readonly number[];
}

class Growth {
  readonly #variant: Variant;
  readonly #client: ChainClient;

  constructor(
    readonly stage: Stage,
    readonly say: (line: string) => void,
  ) {
    const [variant] = stage.variants;
    if (!variant) throw new Error('nothing to measure');
    this.#variant = variant;
    this.#client = new ChainClient(variant.apiUrl, OPENED_AT_A_TIME);
  }

  async byNodes(nodes: number): Promise<Row> {
    const definitionId = await this.#client.define(chain(`nodes-${nodes}`, nodes));
    const flows = nodes >= 100 ? FLOWS_OF_A_HUNDRED_NODES : FLOWS;
    const cost = await this.#costOf(definitionId, flows, nodes - 2);
    return [nodes, cost.cpuMs, cost.cpuMs / nodes, median(cost.dispatchMs), median(cost.decisionMs)];
  }

  async byKilobytes(kilobytes: number): Promise<Row> {
    const definitionId = await this.#client.define(ofSize(`kilobytes-${kilobytes}`, kilobytes * 1000));
    const cost = await this.#costOf(definitionId, FLOWS / 2, 1);
    return [
      kilobytes,
      cost.cpuMs,
      cost.serverMs,
      cost.apiMs,
      cost.workerMs,
      median(cost.dispatchMs),
      median(cost.decisionMs),
    ];
  }

  /** Opens executions until there are so many, and measures what they cost the others and while they wait. */
  async byOpen(open: number, opened: string[]): Promise<Row> {
    const definitionId = opened.length === 0 ? await this.#client.define(chain('waiting', 4)) : 'waiting';
    const missing = open - opened.length;
    await atATime(OPENED_AT_A_TIME, missing, async () => {
      opened.push(await this.#client.dispatch(definitionId));
      if (opened.length % 500 === 0) this.say(`  ${opened.length} open`);
    });
    await this.#untilIdle();
    await sleep(CLEARING_UP_MS);
    const idle = this.#cpu();
    await sleep(IDLE_MS);
    const [api, worker] = minus(this.#cpu(), idle).map((ms) => ms / (IDLE_MS / 1000));
    const megabytes = this.#variant.pids.reduce((sum, pid) => sum + megabytesOf(pid), 0);
    const { cpuMs } = await this.#costOf('waiting', FLOWS, 2);
    const afterRestart = await this.#decideAfterRestart(opened);
    return [
      open,
      cpuMs,
      megabytes,
      ((api ?? 0) + (worker ?? 0)) / 10,
      median(afterRestart),
      percentile(afterRestart, 0.99),
    ];
  }

  async #decideAfterRestart(opened: readonly string[]): Promise<number[]> {
    const sample = Array.from({ length: Math.min(SAMPLE, opened.length) }, (_, n) =>
      String(opened[Math.floor((n * opened.length) / Math.min(SAMPLE, opened.length))]),
    );
    const steps: [executionId: string, stepId: string][] = [];
    for (const executionId of sample) {
      const { steps: seen } = await this.#client.get(executionId);
      const waiting = seen.find(({ status }) => status === 'waiting');
      if (waiting) steps.push([executionId, waiting.stepId]);
    }
    await this.#variant.restartWorker();
    const took: number[] = [];
    for (const [executionId, stepId] of steps) took.push(await this.#client.decide(executionId, stepId));
    return took;
  }

  /** What a flow costs with so many decisions one after the other, each after a read. */
  async #costOf(definitionId: string, flows: number, decisions: number): Promise<Cost> {
    await this.#client.flow(definitionId, decisions);
    await this.#untilIdle();
    const [dispatchMs, decisionMs]: [number[], number[]] = [[], []];
    const before = [...this.#cpu(), cpuMsOf(this.stage.temporalPid())];
    await atATime(FLOWS_AT_A_TIME, flows, async () => {
      const took = await this.#client.flow(definitionId, decisions);
      dispatchMs.push(took.dispatchMs);
      decisionMs.push(...took.decisionMs);
    });
    await this.#untilIdle();
    const used = minus([...this.#cpu(), cpuMsOf(this.stage.temporalPid())], before).map((ms) => ms / flows);
    const [apiMs = 0, workerMs = 0, serverMs = 0] = used;
    return { cpuMs: apiMs + workerMs + serverMs, serverMs, apiMs, workerMs, dispatchMs, decisionMs };
  }

  /** API and worker. */
  #cpu = (): number[] => this.#variant.pids.map(cpuMsOf);

  async #untilIdle(): Promise<void> {
    for (let quiet = 0; quiet < 2; ) {
      const before = cpuMsOf(this.stage.temporalPid()) + this.#cpu().reduce((sum, ms) => sum + ms, 0);
      await sleep(1_000);
      const after = cpuMsOf(this.stage.temporalPid()) + this.#cpu().reduce((sum, ms) => sum + ms, 0);
      quiet = after - before < 150 ? quiet + 1 : 0;
    }
  }

  close = (): Promise<void> => this.#client.close();
}

const minus = (after: readonly number[], before: readonly number[]): number[] =>
  after.map((ms, n) => ms - (before[n] ?? 0));

/** A table of what grew with something, and the drawing of some of its columns. */
interface Report {
  readonly heads: readonly string[];
  readonly plot: string;
  readonly chart: Omit<Chart, 'lines' | 'isLogarithmic'>;
  readonly lines: readonly (readonly [name: string, column: number])[];
}

const BY_NODES: Report = {
  heads: ['nodes', 'CPU', 'CPU a node', 'dispatch p50, ms', 'decision p50, ms'],
  plot: 'nodes',
  chart: { title: 'A flow by the nodes of its graph', xLabel: 'nodes', yLabel: 'CPU a node, ms' },
  lines: [['CPU a node', 2]],
};
const BY_KILOBYTES: Report = {
  heads: ['KB', 'CPU', 'server', 'API', 'worker', 'dispatch p50, ms', 'decision p50, ms'],
  plot: 'definition-size',
  chart: {
    title: 'A flow of three steps by the size of its definition',
    xLabel: 'KB of JSON',
    yLabel: 'CPU a flow, ms',
  },
  lines: [
    ['all', 1],
    ['server', 2],
    ['API', 3],
    ['worker', 4],
  ],
};
const BY_OPEN: Report = {
  heads: [
    'open executions',
    'CPU of a further flow',
    'MB of API and worker',
    'idle: % of a core, API and worker',
    'decision after a restart p50, ms',
    'p99, ms',
  ],
  plot: 'open-executions',
  chart: {
    title: 'A further flow by the number of open executions',
    xLabel: 'open executions',
    yLabel: 'CPU, ms',
  },
  lines: [['CPU a flow', 1]],
};

async function main(): Promise<void> {
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const stage = await setTheStage(say, ['ours']);
  const growth = new Growth(stage, say);
  const opened: string[] = [];
  try {
    await untilReady(stage);
    say(
      `Node ${process.version}; CPU of API, worker and Temporal's server (${temporalVersion(stage)}) together, in ms a flow\n`,
    );
    await report(BY_NODES, options.nodes, (nodes) => growth.byNodes(nodes));
    await report(BY_KILOBYTES, options.kilobytes, (kilobytes) => growth.byKilobytes(kilobytes));
    await report(BY_OPEN, options.open, (open) => growth.byOpen(open, opened));
  } finally {
    await growth.close();
    await stage.close();
  }

  async function report(
    { heads, plot, chart, lines }: Report,
    sizes: readonly number[],
    measure: (size: number) => Promise<Row>,
  ): Promise<void> {
    if (sizes.length === 0) return;
    const rows: Row[] = [];
    for (const size of sizes) rows.push(await measure(size));
    say(`${tableOf(heads, rows)}\n`);
    const drawn = lines.map(([name, column]) => ({
      name,
      points: rows.map((row) => [Number(row[0]), Number(row[column])] as const),
    }));
    draw(options.plots, plot, { ...chart, isLogarithmic: true, lines: drawn });
  }
}

void main();
