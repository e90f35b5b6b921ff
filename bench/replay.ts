// `npm run bench:replay`: idempotent replays beside dispatches, 64 at a time, rounds interleaved. Prints the ratio and
// ends with code 1 when a replay is not twice as fast.
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { EXAMPLE_DEFINITION } from '../src/api/examples';
import { atATime } from './at-a-time';
import { cpuMsOf } from './cpu';
import { HEADERS } from './headers';
import { type Stage, setTheStage } from './processes';
import { median } from './statistics';

const CONCURRENCY = 64;
const CALLS = 320;
const ROUNDS = 5;
const RATIO_MIN = 2;

const say = (line: string) => void process.stdout.write(`${line}\n`);

interface Answer {
  readonly statusCode: number;
  readonly result: {
    readonly deduplicated?: boolean;
    readonly steps?: readonly { readonly status: string }[];
  };
}

async function main(stage: Stage): Promise<boolean> {
  const pool = new Pool(stage.variants[0]?.apiUrl ?? '', { connections: CONCURRENCY });
  const call = async (path: string, data: object): Promise<Answer> => {
    const request = { method: 'POST' as const, path: `/v2/workflow/${path}`, headers: HEADERS };
    const { statusCode, body } = await pool.request({ ...request, body: JSON.stringify({ data }) });
    return { statusCode, ...((await body.json()) as object) } as Answer;
  };
  try {
    await prepare(call);
    const ratios: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const keys = Array.from({ length: CALLS }, (_, index) => `replay-${round}-${index}`);
      const dispatched = await measured(stage, () => perSecond(keys, call, false));
      await untilWorkIsDone(keys, call);
      const replayed = await measured(stage, () => perSecond(keys, call, true));
      const ratio = replayed.perSecond / dispatched.perSecond;
      const shown = `${told('dispatches', dispatched)}; ${told('replays', replayed)}; ratio ${ratio.toFixed(2)}`;
      say(`round ${round}${round === 0 ? ' (warm-up)' : ''}: ${shown}`);
      if (round > 0) ratios.push(ratio);
    }
    const isMet = median(ratios) >= RATIO_MIN;
    say(
      `a replay at c = ${CONCURRENCY} is ${median(ratios).toFixed(2)} times as fast as a dispatch (median): ${isMet ? 'met' : 'MISSED'}`,
    );
    return isMet;
  } finally {
    await pool.destroy();
  }
}

interface Measured {
  readonly perSecond: number;
  /** Of Temporal server and API: the figure that neighbours on the machine hurt least. */
  readonly cpuMsPerCall: number;
}

async function measured({ temporalPid, variants }: Stage, run: () => Promise<number>): Promise<Measured> {
  const pids = [temporalPid(), ...(variants[0] ? [variants[0].pids[0]] : [])];
  const cpuMs = () => pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0);
  const before = cpuMs();
  const perSecond = await run();
  return { perSecond, cpuMsPerCall: (cpuMs() - before) / CALLS };
}

const told = (what: string, { perSecond, cpuMsPerCall }: Measured): string =>
  `${perSecond.toFixed(0)} ${what}/s (${cpuMsPerCall.toFixed(2)} CPU ms each)`;

type Call = (path: string, data: object) => Promise<Answer>;

async function prepare(call: Call): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const answer = await call('definitions/create', EXAMPLE_DEFINITION).catch(() => null);
    if (answer?.statusCode === 200 || answer?.statusCode === 409) return;
    await sleep(200);
  }
  throw new Error('the API did not come up');
}

async function perSecond(keys: readonly string[], call: Call, isReplay: boolean): Promise<number> {
  const { definitionId } = EXAMPLE_DEFINITION;
  const startedAt = performance.now();
  await atATime(CONCURRENCY, keys.length, async (index) => {
    const dispatch = { definitionId, idempotencyKey: keys[index] };
    let answer = await call('executions/dispatch', dispatch);
    // As a client would: what is overloaded is asked again.
    while (answer.statusCode >= 503) answer = await call('executions/dispatch', dispatch);
    if (answer.statusCode !== 200) throw new Error(`a dispatch was answered ${answer.statusCode}`);
    if (isReplay && !answer.result.deduplicated) throw new Error('a replay was answered as new');
  });
  return keys.length / ((performance.now() - startedAt) / 1000);
}

/** What the dispatches set going must not slow the replays. */
async function untilWorkIsDone(keys: readonly string[], call: Call): Promise<void> {
  await atATime(CONCURRENCY / 8, keys.length, async (index) => {
    for (;;) {
      const { result } = await call('executions/get', { executionId: `exec_${keys[index]}` });
      if (result?.steps?.filter((step) => step.status === 'waiting').length === 2) return;
      await sleep(10);
    }
  });
}

void setTheStage(say).then(async (stage) => {
  try {
    if (!(await main(stage))) process.exitCode = 1;
  } finally {
    await stage.close();
  }
});
