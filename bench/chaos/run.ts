// `npm run chaos`: what a set-up survives whose processes are killed all the time. Starts and ends everything itself, on
// 127.0.0.1 only, within three minutes. Ends with code 1 when anything that must hold did not (docs/performance.md).
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiClient, apiClient } from './api-client';
import { violationsIn } from './checker';
import { startCrowd } from './clients';
import { DEFINITIONS } from './definitions';
import { DISTURBANCES } from './disturbances';
import { figuresOf } from './figures';
import { type Delivery, entriesOf, type Journal, openJournal, readEntries } from './journal';
import { type Options, readOptions } from './options';
import { brokenByOutages, outageLines } from './outages';
import { KEPT, readWritten, type Stage, setTheStage } from './processes';
import { randomOf } from './random';
import { reportOf } from './report';
import { readAll, untilDelivered } from './settle';

/** Flows are given up after so long, and the last reads after so long again. */
const FLOWS_MS_MAX = 130_000;
const RUN_MS_MAX = 170_000;
const SECRET = 'chaos-secret-of-the-receiver';

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function main(options: Options): Promise<boolean> {
  const { seed, scenario, executions, clients } = options;
  say(`seed ${seed}, ${scenario}: ${executions} executions, ${clients} clients; journal and logs stay in ${KEPT}`);
  const journal = openJournal(join(KEPT, `${scenario}-${seed}.jsonl`));
  const stage = await setTheStage(journal, say);
  const last = apiClient(stage.apiUrls, clients, journal, AbortSignal.timeout(RUN_MS_MAX));
  try {
    await ready(stage);
    await define(last);
    const keys = await disturbed(options, stage, journal);
    return await judge(stage, journal, last, keys);
  } finally {
    await last.close();
    await stage.close();
    journal.close();
  }
}

async function ready({ targets }: Stage): Promise<void> {
  for (const target of targets) while (!(await target.serves())) await sleep(100);
}

/** Creates the definitions. */
async function define(client: ApiClient): Promise<void> {
  const random = randomOf(0, 'define');
  for (const definition of DEFINITIONS) await client.until(random, 'definitions/create', definition);
}

/** All flows, and what is done to the processes meanwhile. */
async function disturbed(options: Options, stage: Stage, journal: Journal): Promise<readonly string[]> {
  const { seed, executions, clients, scenario } = options;
  const stopping = AbortSignal.timeout(FLOWS_MS_MAX);
  const client = apiClient(stage.apiUrls, clients, journal, stopping);
  const webhook = { webhookUrl: stage.receiverUrl, webhookSecret: SECRET };
  const crowd = startCrowd({ seed, executions, clients, client, journal, webhook, stopping });
  const isOver = () => crowd.done() === executions;
  const progress = setInterval(() => {
    say(`  ${crowd.done()} of ${executions} flows, ${entriesOf(journal.entries, 'kill').length} kills`);
  }, 5_000);
  try {
    await DISTURBANCES[scenario]({ stage, random: randomOf(seed, 'killer'), journal, isOver, stopping });
    while (!isOver() && !stopping.aborted) await sleep(100);
    return crowd.keys;
  } finally {
    await crowd.leave();
    clearInterval(progress);
    await client.close();
  }
}

async function judge(stage: Stage, journal: Journal, client: ApiClient, keys: readonly string[]): Promise<boolean> {
  const received = () => {
    const deliveries = readEntries(stage.written().deliveries) as Delivery[];
    return new Set(deliveries.map(({ headers }) => headers['webhook-id'] ?? ''));
  };
  const hasSettled = await untilDelivered(client, keys, received);
  if (!hasSettled) say('The run was over before every event had arrived.');
  await readAll(client, journal, keys);
  journal.add(...readWritten(stage.written()));
  const { entries } = journal;
  const violations = [...violationsIn(entries, SECRET), ...brokenByOutages(entries)];
  say(reportOf(figuresOf(entries), violations));
  for (const line of outageLines(entries)) say(line);
  return violations.length === 0;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

Promise.resolve()
  .then(() => main(readOptions(process.argv.slice(2))))
  .then(
    (isSound) => process.exit(isSound ? 0 : 1),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
