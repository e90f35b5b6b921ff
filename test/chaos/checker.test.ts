import { describe, expect, test } from '@jest/globals';
import { violationsIn } from '../../bench/chaos/checker';
import type { Call, Delivery, Entry } from '../../bench/journal';
import { base64, SECRET, soundRun } from './sound-run';

test('a sound run has no violation', () => {
  const entries = soundRun();
  expect(violationsIn(entries, SECRET)).toEqual([]);
  expect(entries.filter(({ kind }) => kind === 'delivery').length).toBeGreaterThan(20);
});

/** Plants a fault in a journal that is sound otherwise; the first that fits is enough. */
interface Planted {
  readonly fault: string;
  readonly plant: (entries: Entry[]) => void;
  readonly found: RegExp;
}

const isCall = (entry: Entry): entry is Call => entry.kind === 'call';
const isDelivery = (entry: Entry): entry is Delivery => entry.kind === 'delivery';
const callsOf = (entries: Entry[], operation: string): any[] =>
  entries.filter(isCall).filter((call) => call.operation === operation);
const textOf = ({ body }: Delivery): any => JSON.parse(Buffer.from(body, 'base64').toString());

const PLANTED: readonly Planted[] = [
  {
    fault: 'nothing acknowledged at all',
    plant: (entries) => {
      for (const call of entries.filter(isCall)) Object.assign(call, { http: 503 });
    },
    found: /no dispatch was acknowledged/,
  },
  {
    fault: 'a worker that ended by itself',
    plant: (entries) => entries.push({ kind: 'ended', at: 0, name: 'worker 1', code: '1' }),
    found: /worker 1 ended by itself \(1\)/,
  },
  {
    fault: 'a key that got two executions',
    plant: (entries) => {
      callsOf(entries, 'executions/dispatch')[1].result.executionId = 'exec_other';
    },
    found: /key sound-1 was answered with different ids/,
  },
  {
    fault: 'a dispatch that is acknowledged and never ends',
    plant: (entries) => {
      for (const { result } of callsOf(entries, 'executions/get').slice(-6)) result.status = 'running';
    },
    found: /was dispatched and has not ended: running/,
  },
  {
    fault: 'an acknowledged decision that a later read does not show',
    plant: (entries) => {
      const [read] = callsOf(entries, 'executions/get');
      read.result.steps[0].output.responses = [];
    },
    found: /the vote of ann on exec_sound-1 .*, acknowledged, is there 0 times in a read from API 0/,
  },
  {
    fault: 'a decision that counts twice',
    plant: (entries) => {
      const [read] = callsOf(entries, 'executions/get');
      const { responses } = read.result.steps[0].output;
      responses.push(responses[0]);
    },
    found: /someone's vote is there twice/,
  },
  {
    fault: 'a decision that was refused as too late and counts',
    plant: (entries) => {
      const [refused] = callsOf(entries, 'steps/recordReviewerDecision').filter(
        ({ result }) => result.rejectionReason === 'already-terminal',
      );
      for (const { result } of callsOf(entries, 'executions/get')) {
        const step = result.steps.find(({ stepId }: any) => stepId === refused.data.stepId);
        if (step) step.output.responses.push({ reviewerId: refused.data.reviewerId, decision: 'approve' });
      }
    },
    found: /the vote of ben on exec_sound-2 .*, refused as too late, is there/,
  },
  {
    fault: 'a decision that nobody sent',
    plant: (entries) => {
      const [read] = callsOf(entries, 'executions/get');
      read.result.steps[1].output.responses.push({ reviewerId: 'ben', decision: 'approve' });
    },
    found: /a vote that nobody had sent is there: exec_sound-1 .* ben approve/,
  },
  {
    fault: 'a decision that is there before it was sent',
    plant: (entries) => {
      const [read] = callsOf(entries, 'executions/get');
      read.result.steps[1].output.responses.push({ reviewerId: 'ben', decision: 'reject' });
    },
    found: /a vote that nobody had sent is there: exec_sound-1 .* ben reject/,
  },
  {
    fault: 'an event that never arrives',
    plant: (entries) => void entries.splice(entries.findIndex(isDelivery), 1),
    found: /evt_exec_sound-1_1 \(execution.dispatched\) never arrived/,
  },
  {
    fault: 'a repeat of an event with other bytes',
    plant: (entries) => {
      const delivery = entries.find(isDelivery)!;
      entries.push({ ...delivery, body: base64(`${Buffer.from(delivery.body, 'base64')} `) });
    },
    found: /evt_exec_sound-1_1 came with other bytes than before/,
  },
  {
    fault: 'a signature of other bytes',
    plant: (entries) => {
      const index = entries.findIndex(isDelivery);
      const delivery = entries[index] as Delivery;
      entries[index] = { ...delivery, body: base64(JSON.stringify({ ...textOf(delivery), data: {} })) };
    },
    found: /a delivery of evt_exec_sound-1_1 is not signed as it must be/,
  },
  {
    fault: 'a number that an event has twice',
    plant: (entries) => {
      const [{ result }] = callsOf(entries, 'executions/getEvents');
      result.events[1].seq = result.events[0].seq;
    },
    found: /seq does not rise in the events of exec_sound-1/,
  },
  {
    fault: 'a second successor of a group that joins',
    plant: (entries) => {
      for (const { result } of callsOf(entries, 'executions/get').slice(0, -2)) {
        const publish = result.steps.find(({ nodeId }: any) => nodeId === 'publish');
        if (publish) result.steps.push({ ...publish, stepId: `${publish.stepId}-2` });
      }
    },
    found: /has 2 steps of publish/,
  },
  {
    fault: 'an agent that ran for a step that is not there',
    plant: (entries) => {
      const step = { executionId: 'exec_sound-1', stepId: 'lost', idempotencyKey: 'exec_sound-1:lost' };
      entries.push({ kind: 'agent', at: 0, agentId: 'chaos-steady', attempt: 1, fails: false, ...step });
    },
    found: /an agent ran for lost, which does not exist/,
  },
  {
    fault: 'a history that a worker could not replay',
    plant: (entries) => void entries.push({ kind: 'fault', name: 'worker-0', line: 'TMPRL1100 Nondeterminism error' }),
    found: /worker-0 said: TMPRL1100/,
  },
  {
    fault: 'an answer that nobody should get',
    plant: (entries) => {
      Object.assign(callsOf(entries, 'executions/get')[0], { http: 500, error: { status: 'INTERNAL', message: '' } });
    },
    found: /executions\/get was answered 500 INTERNAL/,
  },
];

describe('the checker of the chaos run finds', () => {
  test.each(PLANTED)('$fault', ({ plant, found }) => {
    const entries = soundRun();
    plant(entries);
    expect(violationsIn(entries, SECRET)).toContainEqual(expect.stringMatching(found));
  });
});
