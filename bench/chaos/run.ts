// `npm run chaos`: what a set-up survives whose processes are killed all the time. Starts and ends everything itself, on
// 127.0.0.1 only, within three minutes (a rolling change of workers within five). Ends with code 1 when anything that must
// hold did not (docs/performance.md).
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiClient, apiClient } from '../api-client';
import { orExit } from '../flags';
import { type Delivery, entriesOf, type Journal, now, openJournal, readEntries } from '../journal';
import { randomOf } from '../random';
import { violationsIn } from './checker';
import { startCrowd } from './clients';
import { DEFINITIONS } from './definitions';
import { DISTURBANCES } from './disturbances';
import { figuresOf } from './figures';
import { type Options, readOptions } from './options';
import { brokenByOutages, outageLines } from './outages';
import { KEPT, readWritten, type Stage, setTheStage } from './processes';
import { replayAll } from './replays';
import { reportOf } from './report';
import { acknowledgedKeys } from './rules-calls';
import { readAll, untilDelivered } from './settle';

/** So long processes are killed and flows are begun; so long those that run may take; so long everything. */
const KILLING_MS_MAX = 85_000;
const FLOWS_MS_MAX = 125_000;
const RUN_MS_MAX = 168_000;
/** People who think long need longer, and have more executions that are all read once more. */
const LONG = { flowsMs: 160_000, runMs: 270_000 };
/** All four of our processes at once, on two cores that do nothing else. */
const START_MS = 4_000;
const SECRET = 'chaos-secret-of-the-receiver';

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function main(options: Options): Promise<boolean> {
  const { seed, scenario, executions, clients, temporal } = options;
  say(
    `seed ${seed}, ${scenario}, Temporal: ${temporal}: ${executions} executions, ${clients} clients; journal and logs stay in ${KEPT}`,
  );
  const journal = openJournal(join(KEPT, `${scenario}-${seed}.jsonl`));
  const isLong = scenario === 'roll-workers';
  const stage = await setTheStage(journal, options, say);
  const last = apiClient(stage.apiUrls, journal, AbortSignal.timeout(isLong ? LONG.runMs : RUN_MS_MAX));
  try {
    const pace = Math.max(1, (await ready(stage)) / START_MS);
    if (pace > 1)
      say(`This machine is busy, so that processes start slowly: kills come ${pace.toFixed(1)} times slower.`);
    await define(last);
    await disturbed(options, pace, stage, journal);
    return await judge(stage, journal, last);
  } finally {
    await last.close();
    await stage.close();
    journal.close();
  }
}

/** How long it took until all served, in milliseconds. */
async function ready({ targets }: Stage): Promise<number> {
  const startedAt = now();
  for (const target of targets) while (!(await target.serves())) await sleep(50);
  return now() - startedAt;
}

/** Creates the definitions. */
async function define(client: ApiClient): Promise<void> {
  const random = randomOf(0, 'define');
  for (const definition of DEFINITIONS) await client.until(random, 'definitions/create', definition);
}

/** All flows, and what is done to the processes meanwhile. */
async function disturbed(options: Options, pace: number, stage: Stage, journal: Journal): Promise<void> {
  const { seed, executions, clients, thinking, scenario, sparesNone, otherBuild } = options;
  const closing = AbortSignal.timeout(KILLING_MS_MAX);
  const isLong = scenario === 'roll-workers';
  const stopping = AbortSignal.timeout(isLong ? LONG.flowsMs : FLOWS_MS_MAX);
  const client = apiClient(stage.apiUrls, journal, stopping);
  const webhook = { webhookUrl: stage.receiverUrl, webhookSecret: SECRET };
  // People who take long keep executions open.
  const patience = isLong ? { thinking: 80, looking: 80 } : { thinking, looking: 1 };
  const crowd = startCrowd({ seed, executions, clients, ...patience, client, journal, webhook, closing, stopping });
  const progress = setInterval(() => {
    say(`  ${crowd.done()} of ${executions} flows, ${entriesOf(journal.entries, 'kill').length} kills`);
  }, 5_000);
  try {
    await DISTURBANCES[scenario]({
      stage,
      random: randomOf(seed, 'killer'),
      journal,
      pace,
      sparesNone,
      otherBuild,
      isOver: crowd.isOver,
      stopping: closing,
    });
    while (!crowd.isOver() && !stopping.aborted) await sleep(100);
  } finally {
    await crowd.leave();
    clearInterval(progress);
    if (crowd.done() < executions) say(`${executions - crowd.done()} flows were left out: the time was up.`);
    await client.close();
  }
}

async function judge(stage: Stage, journal: Journal, client: ApiClient): Promise<boolean> {
  const keys = acknowledgedKeys(entriesOf(journal.entries, 'call'));
  const received = () => {
    const deliveries = readEntries(stage.written().deliveries) as Delivery[];
    return new Set(deliveries.map(({ headers }) => headers['webhook-id'] ?? ''));
  };
  const late: string[] = [];
  try {
    await ready(stage);
    if (!(await untilDelivered(client, keys, received))) late.push('not every event had arrived when the run was over');
    await readAll(client, journal, keys);
  } catch (error) {
    late.push(`the run was over before everything was read: ${String(error)}`);
  }
  journal.add(...readWritten(stage.written()));
  const replayed = await replayAll(keys, stage.temporalAddress, KEPT);
  say(`replayed ${replayed.count} histories`);
  journal.add(...replayed.faults);
  const { entries } = journal;
  const violations = [...late, ...violationsIn(entries, SECRET), ...brokenByOutages(entries)];
  say(reportOf(figuresOf(entries), violations));
  for (const line of outageLines(entries)) say(line);
  return violations.length === 0;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

Promise.resolve()
  .then(() => main(orExit(() => readOptions(process.argv.slice(2)))))
  .then(
    (isSound) => process.exit(isSound ? 0 : 1),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
