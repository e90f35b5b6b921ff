// `npm run soak`: an hour of flows at eight clients, half of them with webhooks. Prints what grew meanwhile, and ends with
// code 1 when more did than may (docs/performance.md).
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChainClient, type ChainFlow, chain } from '../chain-flow';
import { orExit } from '../flags';
import { handlesOf, megabytesOf } from '../memory';
import { type Chart, draw } from '../plot';
import { type Stage, setTheStage, temporalVersion, untilReady } from '../processes';
import { median, percentile, slope } from '../statistics';
import { tableOf } from '../table';
import { readOptions } from './options';

const options = orExit(() => readOptions(process.argv.slice(2)));
const MINUTE_MS = 60_000;
const DURATION_MS = options.minutes * MINUTE_MS;
const WINDOW_MS = options.window * MINUTE_MS;
const SAMPLE_MS = 5_000;
const SAY_MS = MINUTE_MS;
const DECISIONS = 2;
/** Connections come and go. */
const HANDLES_OF_CHANCE = 4;

/** Of each process: megabytes of memory in ten minutes, and the last window's slowest hundredth by the first's. */
const MOST = { megabytesInTenMinutes: 1, p99: 1.3 };

const PROCESSES = ['API', 'worker', 'Temporal'] as const;
type ProcessName = (typeof PROCESSES)[number];

interface Sample {
  /** Milliseconds since the start, as all times here. */
  readonly at: number;
  readonly megabytes: Readonly<Record<ProcessName, number>>;
  readonly handles: Readonly<Record<ProcessName, number>>;
}

interface Done extends ChainFlow {
  readonly at: number;
}

async function main(): Promise<void> {
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const receiver = await startReceiver();
  process.env.OUTBOUND_ALLOW = receiver.host;
  const stage = await setTheStage(say, ['ours']);
  try {
    await untilReady(stage);
    say(`Node ${process.version}, ${temporalVersion(stage)}: ${options.minutes} minutes, ${options.clients} clients\n`);
    const { samples, flows } = await soak(stage, receiver, say);
    const isMet = report(samples, flows, say);
    say(`\n${receiver.received()} webhooks were received.`);
    if (!isMet) process.exitCode = 1;
  } finally {
    await stage.close();
    receiver.close();
  }
}

async function soak(
  stage: Stage,
  { host }: { readonly host: string },
  say: (line: string) => void,
): Promise<{ readonly samples: readonly Sample[]; readonly flows: readonly Done[] }> {
  const [variant] = stage.variants;
  if (!variant) throw new Error('nothing to soak');
  const { clients } = options;
  const plain = new ChainClient(variant.apiUrl, clients);
  const heard = new ChainClient(variant.apiUrl, clients, {
    webhookUrl: `http://${host}/`,
    webhookSecret: `whsec_${Buffer.from('a secret of this soak').toString('base64')}`,
  });
  const definitionIds = [await plain.define(chain('quiet', 4)), await plain.define(chain('heard', 4))] as const;
  const samples: Sample[] = [];
  const flows: Done[] = [];
  const startedAt = performance.now();
  const at = () => performance.now() - startedAt;
  const isOver = () => at() >= DURATION_MS;
  const [api, worker = 0] = variant.pids;
  const pids: Readonly<Record<ProcessName, number>> = { API: api, worker, Temporal: stage.temporalPid() };
  const ofEach = (measure: (pid: number) => number) =>
    Object.fromEntries(PROCESSES.map((name) => [name, measure(pids[name])])) as Record<ProcessName, number>;

  const client = async (n: number) => {
    const [flow, definitionId] = n % 2 === 0 ? [plain, definitionIds[0]] : [heard, definitionIds[1]];
    while (!isOver()) flows.push({ ...(await flow.flow(definitionId, DECISIONS)), at: at() });
  };
  const sampler = async () => {
    for (let said = 0; !isOver(); await sleep(SAMPLE_MS)) {
      const sample = { at: at(), megabytes: ofEach(megabytesOf), handles: ofEach(handlesOf) };
      samples.push(sample);
      if (sample.at < said) continue;
      said += SAY_MS;
      say(`  ${(sample.at / MINUTE_MS).toFixed(0)} min: ${flows.length} flows; ${shown(sample)}`);
    }
  };
  await Promise.all([sampler(), ...Array.from({ length: clients }, (_, n) => client(n))]);
  await plain.close();
  await heard.close();
  return { samples, flows };
}

const shown = ({ megabytes, handles }: Sample): string =>
  PROCESSES.map((name) => `${name} ${megabytes[name].toFixed(0)} MB, ${handles[name]} handles`).join('; ');

/** Whether nothing grew by more than it may. */
function report(samples: readonly Sample[], flows: readonly Done[], say: (line: string) => void): boolean {
  say(`\n${windowsTable(samples, flows)}\n`);
  const verdicts = [...(['API', 'worker'] as const).flatMap((name) => growthOf(name, samples)), slowingOf(flows)];
  for (const { text } of verdicts) say(text);
  draw(options.plots, 'soak', memoryChart(samples));
  return verdicts.every(({ isMet }) => isMet);
}

/** Milliseconds at which each window begins. */
const WINDOWS = Array.from({ length: Math.max(1, Math.floor(DURATION_MS / WINDOW_MS)) }, (_, n) => n * WINDOW_MS);
const LAST_WINDOW = WINDOWS.at(-1) ?? 0;

const within = <T extends { readonly at: number }>(all: readonly T[], from: number): T[] =>
  all.filter(({ at }) => at >= from && at < from + WINDOW_MS);

function windowsTable(samples: readonly Sample[], flows: readonly Done[]): string {
  const rows = WINDOWS.map((from) => {
    const took = within(flows, from).map(({ flowMs }) => flowMs);
    const ofWindow = within(samples, from);
    return [
      `${from / MINUTE_MS} to ${(from + WINDOW_MS) / MINUTE_MS}`,
      took.length,
      median(took),
      percentile(took, 0.99),
      ...PROCESSES.map((name) => median(ofWindow.map(({ megabytes }) => megabytes[name]))),
      ...PROCESSES.map((name) => Math.max(...ofWindow.map(({ handles }) => handles[name]))),
    ];
  });
  const memory = PROCESSES.map((name) => `${name}, MB`);
  const handles = PROCESSES.map((name) => `${name}, handles`);
  return tableOf(['minutes', 'flows', 'flow p50, ms', 'p99, ms', ...memory, ...handles], rows);
}

/** After the first window, which holds the warm-up. */
function growthOf(name: ProcessName, samples: readonly Sample[]) {
  const settled = samples.filter(({ at }) => at >= WINDOW_MS);
  const grown = slope(settled.map(({ at, megabytes }) => [at / (10 * MINUTE_MS), megabytes[name]] as const));
  const most = (from: number) => Math.max(...within(samples, from).map(({ handles }) => handles[name]));
  const [first, last] = [most(WINDOWS[1] ?? 0), most(LAST_WINDOW)];
  return [
    verdict(`${name}: ${grown.toFixed(2)} MB in ten minutes`, grown <= MOST.megabytesInTenMinutes),
    verdict(
      `${name}: ${first} handles at most in the second window, ${last} in the last`,
      last <= first + HANDLES_OF_CHANCE,
    ),
  ];
}

function slowingOf(flows: readonly Done[]) {
  const p99 = (from: number) =>
    percentile(
      within(flows, from).map(({ flowMs }) => flowMs),
      0.99,
    );
  const ratio = p99(LAST_WINDOW) / p99(0);
  return verdict(`flow p99, last window by first: x${ratio.toFixed(2)}`, ratio <= MOST.p99);
}

/** One point a minute is enough for a drawing. */
function memoryChart(samples: readonly Sample[]): Chart {
  const lines = PROCESSES.map((name) => ({
    name,
    points: WINDOWS.flatMap((from) =>
      within(samples, from)
        .filter((_, n) => n % (MINUTE_MS / SAMPLE_MS) === 0)
        .map(({ at, megabytes }) => [Math.round(at / MINUTE_MS), megabytes[name]] as const),
    ),
  }));
  return { title: 'Memory in an hour of flows', xLabel: 'minutes', yLabel: 'MB', isLogarithmic: false, lines };
}

const verdict = (text: string, isMet: boolean) => ({ isMet, text: `${isMet ? 'met   ' : 'MISSED'}  ${text}` });

/** Takes whatever comes. */
async function startReceiver() {
  let received = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      received += 1;
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { host: `127.0.0.1:${port}`, received: () => received, close: () => void server.close() };
}

void main();
