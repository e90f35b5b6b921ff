// What is done to the processes while the clients work: one way for each scenario.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Journal, now } from '../journal';
import type { Random } from '../random';
import { ROOT } from '../supervisor';
import type { Target } from '../target';
import type { Scenario } from './options';
import type { Stage } from './processes';

export interface Setting {
  readonly stage: Stage;
  readonly random: Random;
  readonly journal: Journal;
  /** How many times slower than a quiet one this machine is. */
  readonly pace: number;
  readonly sparesNone: boolean;
  readonly otherBuild: string | null;
  /** All flows have ended: what need not go on ends. */
  readonly isOver: () => boolean;
  readonly stopping: AbortSignal;
}

const KILL_WAIT_MS = { min: 750, max: 2_250 };
const KILLS_MIN = 12;
const CALM_MS = 3_000;
const STOPPED_MS = 15_000;
const OUTAGE_MS = 60_000;
const FULL_MS = 25_000;
/** The database gives room back now and then. */
const FILL_AGAIN_MS = 250;
/** Until there are executions that wait for people. */
const UNDER_WAY_MS = 15_000;
/** Until most clients have an execution that waits for people. */
const GATHERING_MS = 48_000;
const HAS_TWIN: ReadonlySet<Target['kind']> = new Set(['api', 'worker']);

export const DISTURBANCES: Readonly<Record<Scenario, (setting: Setting) => Promise<void>>> = {
  kill: killAtRandom,
  /** What there is to compare with. */
  calm: async () => undefined,
  'stop-worker': stopAWorker,
  'no-temporal': endTemporal,
  'disk-full': fillTheDisk,
  'roll-workers': rollWorkers,
};

/**
 * A random process every 0.75 to 2.25 seconds, twelve at least; it is started again at once. One that does not serve is let
 * be, and unless none is to be spared, so is an API or a worker whose twin does not (docs/decisions/0090).
 */
async function killAtRandom({ stage, random, journal, pace, sparesNone, isOver, stopping }: Setting): Promise<void> {
  for (let kills = 0; (kills < KILLS_MIN || !isOver()) && !stopping.aborted; ) {
    await sleep(pace * random.between(KILL_WAIT_MS.min, KILL_WAIT_MS.max));
    const [target] = random.shuffled(stage.targets);
    const serving = await servingOf(stage);
    const isSpared = ({ kind, name }: Target) =>
      !sparesNone && HAS_TWIN.has(kind) && !serving.some((twin) => twin.kind === kind && twin.name !== name);
    if (target === undefined || !serving.includes(target) || isSpared(target) || stopping.aborted) continue;
    journal.add({ kind: 'kill', at: now(), target: target.kind, name: target.name });
    target.signal('SIGKILL');
    kills += 1;
  }
}

async function servingOf({ targets }: Stage): Promise<Target[]> {
  const answers = await Promise.all(targets.map((target) => target.serves()));
  return targets.filter((_, index) => answers[index]);
}

function mustBeUnderWay(isOver: () => boolean): void {
  if (isOver()) throw new Error('All executions had ended before anything was disturbed: give more with --executions.');
}

/** One worker is stopped for a quarter of a minute, in which it holds what it has taken, and goes on as if nothing were. */
async function stopAWorker({ stage, journal, isOver }: Setting): Promise<void> {
  await sleep(CALM_MS);
  mustBeUnderWay(isOver);
  const worker = stage.targets.find((target): target is Target => target.kind === 'worker');
  const from = now();
  worker?.signal('SIGSTOP');
  await sleep(STOPPED_MS);
  worker?.signal('SIGCONT');
  journal.add({ kind: 'outage', target: 'worker', from, until: now(), to: now() });
  await sleep(CALM_MS);
}

/** A minute without Temporal. */
async function endTemporal({ stage, journal, isOver, stopping }: Setting): Promise<void> {
  await sleep(CALM_MS);
  mustBeUnderWay(isOver);
  await stage.stopTemporal();
  const from = now();
  await sleep(OUTAGE_MS, undefined, { signal: stopping }).catch(() => undefined);
  const until = now();
  await stage.startTemporal();
  journal.add({ kind: 'outage', target: 'temporal', from, until, to: now() });
  await sleep(CALM_MS);
}

/** No room for Temporal's database, half a minute long. */
async function fillTheDisk({ stage: { disk, targets }, journal, isOver, stopping }: Setting): Promise<void> {
  if (disk === null) throw new Error('there is no disk to fill');
  await sleep(UNDER_WAY_MS);
  if (isOver())
    throw new Error('All executions had ended before the disk was full: give more of them, --executions 800.');
  const from = now();
  while (now() - from < FULL_MS && !stopping.aborted) {
    disk.fill();
    await sleep(FILL_AGAIN_MS);
  }
  disk.free();
  const until = now();
  for (const target of targets) while (!(await target.serves()) && !stopping.aborted) await sleep(50);
  journal.add({ kind: 'outage', target: 'disk', from, until, to: now() });
  await sleep(CALM_MS);
}

/** One worker after the other is replaced by that of another build while executions are open, and then each by its own again. */
async function rollWorkers({ stage, journal, otherBuild, isOver, stopping }: Setting): Promise<void> {
  await sleep(GATHERING_MS);
  mustBeUnderWay(isOver);
  for (const root of [otherBuild ?? ROOT, ROOT]) {
    for (const worker of stage.workers) {
      const from = now();
      await worker.replace(root);
      const until = now();
      while (!(await worker.serves()) && !stopping.aborted) await sleep(50);
      journal.add({ kind: 'outage', target: 'worker', from, until, to: now() });
      await sleep(CALM_MS);
    }
  }
}
