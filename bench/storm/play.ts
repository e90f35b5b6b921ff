// One execution of a storm, from its definition to its end: read and acted upon by several at once, and then brought to its end.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { ApiClient } from '../api-client';
import { type Random, randomOf } from '../random';
import type { SeenEvent, SeenExecution } from '../views';
import { doSomething } from './deeds';
import { randomDefinition } from './definitions';
import { beKind } from './kindness';
import { SECRET } from './places';
import { isOpen, Watched } from './watched';

export interface PlaySetting {
  readonly seed: number;
  /** The receiver's. */
  readonly host: string;
  readonly client: ApiClient;
  readonly temporal: Client;
  readonly count: (what: string) => void;
  /** The time for people's deeds is over. */
  readonly calming: AbortSignal;
  /** What runs is given up, wherever it is. */
  readonly stopping: AbortSignal;
}

/** Which events an execution's receiver is to be told of: null is all, an empty list none. */
export type HeardTypes = readonly string[] | null;

export interface Played {
  readonly executionId: string;
  readonly heard: HeardTypes;
  /** It ended; nothing happened any more although it was open; or the time was up while things still happened, or happened again. */
  readonly ending: 'ended' | 'stood-still' | 'left-open';
  /** What was read last. */
  readonly latest: SeenExecution | null;
  /** Steps that are open, with their status. */
  readonly open: readonly string[];
  /** What was seen of it and contradicts itself. */
  readonly contradictions: readonly string[];
}

const PLAY_MS = [1_000, 3_000, 6_000, 10_000] as const;
const READERS = [0, 1, 1, 3, 6, 8] as const;
const READER_PAUSES_MS = [2, 5, 30, 150] as const;
const DOERS_MAX = 3;
const DOER_PAUSES_MS = [5, 40, 200, 800] as const;
const WILDNESS = [0, 0.02, 0.1] as const;
const FEW_TYPES = ['step.completed', 'execution.completed', 'execution.failed'];
const KIND_MS = 400;
/**
 * Nothing happened for so long although everybody was kind: longer than the longest wait of an execution whose worker died, which is a
 * heartbeat's, a task's and a retry's time after each other.
 */
const STILL_MS = 30_000;

export async function play(setting: PlaySetting, key: string): Promise<Played> {
  const { seed, client, host } = setting;
  const random = randomOf(seed, key);
  const { sent, draft } = randomDefinition(random, key, host);
  const { heard, ofDefinition, ofDispatch } = randomReceiver(random, host);
  await client.until(random, 'definitions/create', { ...sent, ...ofDefinition });
  const triggerContext = { region: random.pick(['eu', 'us']), asset: { url: 'acme.com/a' } };
  const dispatched = { definitionId: key, idempotencyKey: key, correlationId: `of-${key}`, triggerContext };
  const { result } = await client.until(random, 'executions/dispatch', { ...dispatched, ...ofDispatch });
  const { executionId } = result as { readonly executionId: string };
  const watched = new Watched(executionId, draft, client);
  await disturbed(setting, watched, random);
  const ending = await broughtToItsEnd(watched, setting.stopping);
  const open = watched.steps.filter(isOpen).map(({ stepId, status }) => `${stepId} ${status}`);
  const { latest, sightings } = watched;
  return { executionId, heard, ending, latest, open, contradictions: sightings.contradictions };
}

/** None, or one that is given at dispatch, or the definition's own, which may hear of some events only. */
function randomReceiver(random: Random, host: string) {
  const url = `http://${host}/hook/${random.pick(['steady', 'unsteady'])}`;
  const kind = random.weighed([
    [5, 'dispatch'],
    [3, 'none'],
    [2, 'definition'],
  ] as const);
  switch (kind) {
    case 'none':
      return { heard: [], ofDefinition: {}, ofDispatch: {} };
    case 'dispatch':
      return { heard: null, ofDefinition: {}, ofDispatch: { webhookUrl: url, webhookSecret: SECRET } };
    default: {
      const heard: HeardTypes = random.chance(0.7) ? FEW_TYPES : null;
      const types = heard === null ? {} : { eventTypes: heard };
      return { heard, ofDefinition: { webhookConfig: { url, secret: SECRET, ...types } }, ofDispatch: {} };
    }
  }
}

async function disturbed(setting: PlaySetting, watched: Watched, random: Random): Promise<void> {
  const { seed, temporal, count, calming } = setting;
  const until = Date.now() + random.pick(PLAY_MS);
  const goesOn = () => Date.now() < until && !watched.isOver && !calming.aborted;
  const of = (who: string) => randomOf(seed, `${watched.executionId} ${who}`);
  const readerPauseMs = random.pick(READER_PAUSES_MS);
  const doerPauseMs = random.pick(DOER_PAUSES_MS);
  const wildness = random.pick(WILDNESS);
  const reader = (name: string) => repeated(of(name), readerPauseMs, goesOn, (dice) => look(watched, dice));
  const doer = (name: string) =>
    repeated(of(name), doerPauseMs, goesOn, async (dice) => {
      if (watched.latest === null || dice.chance(0.3)) await watched.read();
      await doSomething({ watched, random: dice, temporal, wildness, count });
    });
  const crowd = [
    ...Array.from({ length: random.pick(READERS) }, (_, n) => reader(`reader ${n}`)),
    ...Array.from({ length: random.whole(0, DOERS_MAX) }, (_, n) => doer(`doer ${n}`)),
    ...(random.chance(0.3) ? [repeated(of('sender'), 1_500, goesOn, (dice) => redeliver(watched, dice))] : []),
  ];
  await Promise.all(crowd);
  while (goesOn()) {
    await sleep(KIND_MS);
    await watched.read();
  }
}

/** `pauseMs`: on the average. */
async function repeated(
  random: Random,
  pauseMs: number,
  goesOn: () => boolean,
  work: (random: Random) => Promise<unknown>,
): Promise<void> {
  while (goesOn()) {
    await work(random);
    await sleep(random.between(0, 2 * pauseMs));
  }
}

/** One read, or several at once. */
function look(watched: Watched, random: Random): Promise<unknown> {
  const kind = random.weighed([
    [6, 'view'],
    [2, 'events'],
    [1, 'deliveries'],
    [1, 'views'],
  ] as const);
  switch (kind) {
    case 'view':
      return watched.read();
    case 'events':
      return watched.readEvents(random.chance(0.7) ? 0 : random.whole(0, 40));
    case 'deliveries':
      return watched.ask('executions/listDeliveries');
    default:
      return Promise.all(Array.from({ length: 4 }, () => watched.read()));
  }
}

/** Of a receiver that was told of nothing it is refused. */
async function redeliver(watched: Watched, random: Random): Promise<void> {
  const { http, result } = await watched.readEvents(0);
  const events = http === 200 ? (result as { readonly events: readonly SeenEvent[] }).events : [];
  const [event] = random.shuffled(events);
  const which = event === undefined || random.chance(0.5) ? { status: 'dead' } : { eventIds: [event.eventId] };
  await watched.ask('executions/redeliver', which);
}

async function broughtToItsEnd(watched: Watched, stopping: AbortSignal): Promise<Played['ending']> {
  let before = '';
  let changedAt = Date.now();
  while (!stopping.aborted) {
    await watched.read();
    if (watched.isOver) return 'ended';
    const seen = JSON.stringify(watched.latest);
    if (seen !== before) changedAt = Date.now();
    else if (Date.now() - changedAt > STILL_MS) return 'stood-still';
    before = seen;
    await beKind(watched);
    await sleep(KIND_MS);
  }
  return 'left-open';
}
