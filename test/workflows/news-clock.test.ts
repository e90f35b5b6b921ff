// Which time it is for what comes while local activities run (docs/decisions/0147-times-after-a-replay.md). A replay of it has a
// later clock: here that is the second time of each pair.
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import { setActivator } from '@temporalio/workflow/lib/global-attributes';
import { SENT_AT } from '../../src/workflows/contract/names';
import { interceptors, noteTimeOfTask, timeOfNews, traceBy, workOffNews } from '../../src/workflows/news-in-turn';
import { NEWS_RULES } from './news-rules';

type Internals = NonNullable<ReturnType<typeof interceptors>['internals']>[number];
type Activation = Parameters<NonNullable<Internals['activate']>>[0]['activation'];
type Jobs = NonNullable<Activation['jobs']>;

const TIMER: Jobs[number] = { fireTimer: { seq: 1 } };
const UPDATE: Jobs[number] = { doUpdate: { id: 'u' } };
const END_OF_LOCAL: Jobs[number] = { resolveActivity: { seq: 5, isLocal: true } };

const SAID_AT = 900;
const LIVE_AT = 1_000;
const REPLAYED_AT = 1_700;

let now: ReturnType<typeof jest.spyOn>;
beforeEach(() => {
  setActivator({ info: { runId: 'run', historyLength: 3 } } as Parameters<typeof setActivator>[0]);
  now = jest.spyOn(Date, 'now');
});
afterEach(() => {
  const [internals] = interceptors().internals ?? [];
  internals?.dispose?.({}, () => undefined);
  now.mockRestore();
  setActivator(undefined as never);
});

const bring = (jobs: Jobs, historyLength: number) => {
  const [internals] = interceptors().internals ?? [];
  const activation = { jobs, historyLength, isReplaying: false, timestamp: null } as Activation;
  internals?.activate?.({ activation, batchIndex: 0 }, () => undefined);
};
type Commands = Parameters<NonNullable<Internals['concludeActivation']>>[0]['commands'];
const concluded = (commands: Commands): Commands | undefined => {
  const [internals] = interceptors().internals ?? [];
  return internals?.concludeActivation?.({ commands }, (input) => input).commands;
};
const askLocally = () => concluded([{ scheduleLocalActivity: { seq: 5 } }]);

/** What an update takes for the time, at both. */
async function timesOfUpdate(headers: Headers): Promise<readonly number[]> {
  const [inbound] = interceptors().inbound ?? [];
  const input = { name: 'recordReviewerDecision', args: [], updateId: 'u', headers };
  const seen: number[] = [];
  for (const at of [LIVE_AT, REPLAYED_AT]) {
    now.mockReturnValue(at);
    await inbound?.handleUpdate?.(input, async () => void seen.push(timeOfNews()));
  }
  return seen;
}
const sentAt = (value: unknown): Headers => ({ [SENT_AT]: defaultPayloadConverter.toPayload(value) });

/** What is said of an end takes for the time, at both. */
const timesOf = (toldAt: number | null) =>
  [LIVE_AT, REPLAYED_AT].map((at) => {
    now.mockReturnValue(at);
    return timeOfNews(toldAt);
  });

describe('while a local activity runs', () => {
  beforeEach(() => {
    workOffNews('locals-last', NEWS_RULES);
    bring([TIMER], 3);
    askLocally();
    bring([UPDATE], 7);
  });

  test('an update has the time at which it was sent, and what ended elsewhere the one that its worker says', async () => {
    expect(await timesOfUpdate(sentAt(SAID_AT))).toEqual([SAID_AT, SAID_AT]);
    expect(timesOf(SAID_AT)).toEqual([SAID_AT, SAID_AT]);
  });

  test('what nobody said the time of, as what another client sends, has the time of the last event, before which nothing happens', async () => {
    expect(timesOf(null)).toEqual([0, 0]);
    expect(await timesOfUpdate({})).toEqual([0, 0]);
  });

  test.each([['nine'], [null], [Number.NaN], [{}]])('so has what was sent with %j for its time', async (value) => {
    expect(await timesOfUpdate(sentAt(value))).toEqual([0, 0]);
  });

  test('so has what was sent with a header that cannot be read', async () => {
    const headers = { [SENT_AT]: { metadata: { encoding: Buffer.from('binary/encrypted') }, data: Buffer.from('?') } };
    expect(await timesOfUpdate(headers)).toEqual([0, 0]);
  });

  test('a clock that is ahead moves nothing into the future', async () => {
    expect(await timesOfUpdate(sentAt(LIVE_AT + 60_000))).toEqual([LIVE_AT, REPLAYED_AT]);
  });

  test('the time of an update is that of no other news', async () => {
    await timesOfUpdate(sentAt(SAID_AT));
    expect(timesOf(null)).toEqual([0, 0]);
  });

  test('what comes with its end still has the time that was said of it: on a replay both come together', () => {
    bring([END_OF_LOCAL], 7);
    expect(timesOf(SAID_AT)).toEqual([SAID_AT, SAID_AT]);
  });

  test('what comes after its end has the time of its own task', async () => {
    bring([END_OF_LOCAL], 7);
    bring([UPDATE], 11);
    expect(await timesOfUpdate(sentAt(SAID_AT))).toEqual([LIVE_AT, REPLAYED_AT]);
  });
});

test('what comes while none runs has the time of its task: no clock but Temporal is asked', async () => {
  workOffNews('locals-last', NEWS_RULES);
  bring([UPDATE], 3);
  expect(await timesOfUpdate(sentAt(SAID_AT))).toEqual([LIVE_AT, REPLAYED_AT]);
  expect(timesOf(SAID_AT)).toEqual([LIVE_AT, REPLAYED_AT]);
});

test('executions from before this have the time of the task for everything', async () => {
  workOffNews('locals-last', { ...NEWS_RULES, keepsTimes: false });
  bring([TIMER], 3);
  askLocally();
  bring([UPDATE], 7);
  expect(await timesOfUpdate(sentAt(SAID_AT))).toEqual([LIVE_AT, REPLAYED_AT]);
});

describe('a task in which something happened at its own time', () => {
  const TRACE = { upsertWorkflowSearchAttributes: {} };
  const ACTIVITY = { scheduleActivity: { seq: 7 } };
  const happened = (jobs: Jobs, historyLength: number) => {
    bring(jobs, historyLength);
    noteTimeOfTask();
  };
  beforeEach(() => {
    workOffNews('locals-last', NEWS_RULES);
    traceBy(() => TRACE);
  });

  test('leaves a trace where it would leave nothing, for it would be replayed at the time of the next one', () => {
    happened([TIMER], 3);
    expect(concluded([])).toEqual([TRACE]);
  });

  test('leaves none where it leaves something, or nothing happened', () => {
    happened([TIMER], 3);
    expect(concluded([ACTIVITY])).toEqual([ACTIVITY]);
    bring([TIMER], 7);
    expect(concluded([])).toEqual([]);
  });

  test('leaves none while a local activity runs, whose end is replayed together with it, and with what follows from both', () => {
    bring([TIMER], 3);
    askLocally();
    happened([TIMER], 7);
    expect(concluded([])).toEqual([]);
    bring([END_OF_LOCAL], 7);
    expect(concluded([ACTIVITY])).toEqual([ACTIVITY]);
  });

  test('leaves none in executions from before this', () => {
    workOffNews('locals-last', { ...NEWS_RULES, keepsTimes: false });
    happened([TIMER], 3);
    expect(concluded([])).toEqual([]);
  });
});
