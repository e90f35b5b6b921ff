// `npm run storm`: random executions, read and acted upon by many at once, while workers with small caches are stopped, killed
// and replaced. Starts and ends everything itself, on 127.0.0.1 only, within three minutes. Ends with code 1 when anything that
// must hold did not (docs/performance.md), and keeps the histories of it.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { apiClient } from '../api-client';
import { atATime } from '../at-a-time';
import { orExit } from '../flags';
import { entriesOf, openJournal } from '../journal';
import { replayed } from '../replays';
import { violationsIn } from './checker';
import { judgeHistories } from './histories';
import { Ledger } from './ledger';
import { type Options, readOptions } from './options';
import { keptOf, SECRET } from './places';
import { type Played, play } from './play';
import { reportOf } from './report';
import { lookedAtAgain, readAll, untilDelivered } from './settle';
import { type Stage, setTheStage } from './stage';

/** Of the whole time: until then executions are begun, acted upon, and brought to their end; workers replaced; and so on. */
const SHARES = { begun: 0.4, acted: 0.5, ended: 0.7, delivered: 0.8, read: 0.87, replayed: 0.95 } as const;
/** The API answers within five seconds, of a machine that has time for it. */
const ANSWER_MS_MAX = 30_000;
const PROGRESS_MS = 10_000;
const MINUTE_MS = 60_000;

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function main(options: Options): Promise<boolean> {
  const { seed, executions, atOnce, minutes } = options;
  const kept = keptOf(seed);
  rmSync(kept, { recursive: true, force: true });
  mkdirSync(kept, { recursive: true });
  say(`seed ${seed}: ${executions} executions, ${atOnce} at a time; what is kept is in ${kept}`);
  setTimeout(giveUp, minutes * MINUTE_MS).unref();
  const times = timesOf(minutes * MINUTE_MS);
  const journal = openJournal(join(kept, 'journal.jsonl'));
  const ledger = new Ledger(journal);
  const stage = await setTheStage(options, kept, ledger, say);
  const connection = await Connection.connect({ address: stage.temporalAddress });
  const temporal = new Client({ connection });
  try {
    const played = await storm(options, { stage, ledger, temporal, times });
    return await judge({ stage, ledger, temporal, times, kept, played });
  } finally {
    await connection.close();
    await stage.close();
    journal.close();
  }
}

type Times = Readonly<Record<keyof typeof SHARES, AbortSignal>>;

function timesOf(ms: number): Times {
  const until = (share: number) => AbortSignal.timeout(Math.floor(share * ms));
  const { begun, acted, ended, delivered, read, replayed } = SHARES;
  return {
    begun: until(begun),
    acted: until(acted),
    ended: until(ended),
    delivered: until(delivered),
    read: until(read),
    replayed: until(replayed),
  };
}

function giveUp(): void {
  say('The run did not end in time.');
  process.exit(1);
}

interface Setting {
  readonly stage: Stage;
  readonly ledger: Ledger;
  readonly temporal: Client;
  readonly times: Times;
}

/** All executions, and what is done to the workers meanwhile. */
async function storm(
  { seed, executions, atOnce }: Options,
  { stage, ledger, temporal, times }: Setting,
): Promise<readonly Played[]> {
  const played: Played[] = [];
  const client = apiClient([stage.apiUrl], ledger, times.ended, ANSWER_MS_MAX);
  const keys = Array.from({ length: executions }, (_, index) => `storm-${seed}-${index}`);
  const calm = new AbortController();
  const disturbing = stage.troop.disturb(AbortSignal.any([calm.signal, times.ended]));
  const count = (what: string) => ledger.count(what);
  const setting = { seed, client, temporal, count, host: stage.host, calming: times.acted, stopping: times.ended };
  const progress = setInterval(() => {
    const kills = entriesOf(ledger.entries, 'kill').length;
    say(`  ${played.length} of ${executions} executions played, ${kills} workers killed`);
  }, PROGRESS_MS);
  try {
    await atATime(atOnce, keys.length, async (index) => {
      if (times.begun.aborted) return;
      const one = await play(setting, keys[index] ?? '').catch(unlessOver(times.ended));
      if (one) played.push(one);
    });
  } finally {
    clearInterval(progress);
    calm.abort();
    await disturbing;
    await client.close();
  }
  if (played.length < executions) say(`${executions - played.length} executions were left out: the time was up.`);
  return played;
}

/** What is rejected because the time was up is no more than left out. */
const unlessOver = (stopping: AbortSignal) => (error: unknown) => {
  if (!stopping.aborted) throw error;
  return null;
};

interface Stormed extends Setting {
  readonly kept: string;
  readonly played: readonly Played[];
}

async function judge({ stage, ledger, temporal, times, kept, played: all }: Stormed): Promise<boolean> {
  const client = apiClient([stage.apiUrl], ledger, times.read, ANSWER_MS_MAX);
  const ended = all.filter(({ ending }) => ending === 'ended').map(({ executionId }) => executionId);
  say(`${ended.length} of ${all.length} executions have ended; their deliveries, views and events are looked at`);
  const late = await untilDelivered(client, ended, times.delivered);
  const played = await lookedAtAgain(client, all);
  await readAll(client, ledger, ended, times.read);
  const seen = [
    ...ledger.violations,
    ...violationsIn(ledger.entries, played, SECRET),
    ...[...late].map((executionId) => ({ executionId, text: 'its deliveries were not done when the time was up' })),
  ];
  const histories = await judgeHistories({
    temporal,
    executionIds: played.map(({ executionId }) => executionId),
    suspects: new Set(seen.flatMap(({ executionId }) => executionId ?? [])),
    folder: kept,
    stopping: times.replayed,
  });
  await client.close();
  if (histories.leftOut > 0) say(`the histories of ${histories.leftOut} executions were left out: the time was up.`);
  for (const { ending } of played) ledger.count(`executions ${ending}`);
  const violations = [...seen, ...histories.violations];
  say(reportOf(new Map([...ledger.counts, ...histories.counts]), violations, histories.kept));
  return violations.length === 0;
}

async function replayOf(path: string): Promise<boolean> {
  async function* only() {
    const history = historyFromJSON(JSON.parse(readFileSync(path, 'utf8')));
    yield { workflowId: history.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? '', history };
  }
  for await (const { failure } of replayed(only())) {
    say(failure === null ? `${path} replays` : `${path} does not replay: ${failure}`);
    if (failure !== null) return false;
  }
  return true;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

Promise.resolve()
  .then(() => {
    const options = orExit(() => readOptions(process.argv.slice(2)));
    return options.replay === null ? main(options) : replayOf(options.replay);
  })
  .then(
    (isSound) => process.exit(isSound ? 0 : 1),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
