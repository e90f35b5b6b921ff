import { describe, expect, test } from '@jest/globals';
import type { Call, Delivery, Entry } from '../../bench/journal';
import { violationsIn } from '../../bench/storm/checker';
import type { Played } from '../../bench/storm/play';
import { SECRET, soundRun } from '../chaos/sound-run';

const played = (index: number): Played => ({
  executionId: `exec_sound-${index}`,
  heard: null,
  ending: 'ended',
  latest: null,
  open: [],
  contradictions: [],
});

const soundStorm = () => ({ entries: soundRun(), executions: [played(1), played(2), played(3)] });

const textsOf = ({ entries, executions }: ReturnType<typeof soundStorm>): readonly string[] =>
  violationsIn(entries, executions, SECRET).map(({ executionId, text }) => `${executionId}: ${text}`);

test('a sound storm has no violation', () => {
  expect(textsOf(soundStorm())).toEqual([]);
});

test('an event that the receiver refused and took when it came again is no violation', () => {
  const { entries, executions } = soundStorm();
  const refused = entries.filter(isDelivery).map((delivery) => ({ ...delivery, isRefused: true }));
  expect(textsOf({ entries: [...refused, ...entries], executions })).toEqual([]);
});

test('of an execution that goes on only what was seen is judged', () => {
  const { entries, executions } = soundStorm();
  const deaf = entries.filter((entry) => !isDelivery(entry));
  expect(textsOf({ entries: deaf, executions: executions.map((it) => ({ ...it, ending: 'left-open' })) })).toEqual([]);
});

const isCall = (entry: Entry): entry is Call => entry.kind === 'call';
const isDelivery = (entry: Entry): entry is Delivery => entry.kind === 'delivery';
const callsOf = (entries: readonly Entry[], operation: string): any[] =>
  entries.filter(isCall).filter((call) => call.operation === operation);

/** Plants a fault in a storm that is sound otherwise. */
interface Planted {
  readonly fault: string;
  readonly plant: (storm: { entries: Entry[]; executions: any[] }) => void;
  readonly found: RegExp;
}

const PLANTED: readonly Planted[] = [
  {
    fault: 'nothing dispatched at all',
    plant: ({ executions }) => void executions.splice(0),
    found: /null: no execution was dispatched/,
  },
  {
    fault: 'a worker that ended by itself',
    plant: ({ entries }) => entries.push({ kind: 'ended', at: 0, name: 'worker-3', code: '1' }),
    found: /null: worker-3 ended by itself \(1\)/,
  },
  {
    fault: 'an execution that stands still',
    plant: ({ executions }) => Object.assign(executions[0], { ending: 'stood-still', open: ['step_1 running'] }),
    found: /exec_sound-1: it stands still with step_1 running/,
  },
  {
    fault: 'what was seen and changed',
    plant: ({ executions }) => Object.assign(executions[1], { contradictions: ['event 3 was seen and is gone'] }),
    found: /exec_sound-2: event 3 was seen and is gone/,
  },
  {
    fault: 'an event that never arrives',
    plant: ({ entries }) => void entries.splice(entries.findIndex(isDelivery), 1),
    found: /exec_sound-1: evt_exec_sound-1_1 \(execution.dispatched\) never arrived/,
  },
  {
    fault: 'an event that was refused and never came again',
    plant: ({ entries }) => Object.assign(entries.find(isDelivery)!, { isRefused: true }),
    found: /exec_sound-1: evt_exec_sound-1_1 \(execution.dispatched\) never arrived/,
  },
  {
    fault: 'an event that nobody asked for',
    plant: ({ executions }) => Object.assign(executions[2], { heard: ['execution.completed'] }),
    found: /exec_sound-3: evt_exec_sound-3_1 \(execution.dispatched\) arrived where nobody asked for it/,
  },
  {
    fault: 'a signature of another secret',
    plant: ({ entries }) => {
      const { headers } = entries.find(isDelivery)!;
      Object.assign(headers, { 'x-velt-signature': 'sha256=00' });
    },
    found: /exec_sound-1: a delivery of evt_exec_sound-1_1 is not signed as it must be/,
  },
  {
    fault: 'an end that cannot be read',
    plant: ({ entries }) => {
      for (const call of callsOf(entries, 'executions/get')) Object.assign(call, { http: 504 });
    },
    found: /exec_sound-1: it cannot be read after its end/,
  },
  {
    fault: 'an execution that is over with a step that is not',
    plant: ({ entries }) => {
      for (const { result } of callsOf(entries, 'executions/get')) result.steps[0].status = 'waiting';
    },
    found: /exec_sound-1: it is completed, and its step \S+ is waiting/,
  },
  {
    fault: 'a step that completes twice',
    plant: ({ entries }) => {
      for (const { result } of callsOf(entries, 'executions/getEvents')) {
        const completed = result.events.find(({ type }: any) => type === 'step.completed');
        result.events.splice(-1, 0, completed);
      }
    },
    found: /exec_sound-1: there is more than one step.completed of /,
  },
  {
    fault: 'an event after the end',
    plant: ({ entries }) => {
      for (const { result } of callsOf(entries, 'executions/getEvents')) result.events.pop();
    },
    found: /exec_sound-1: its last event is step.completed/,
  },
  {
    fault: 'a decision that was said to be recorded and is not there',
    plant: ({ entries }) => {
      for (const { result } of callsOf(entries, 'executions/get')) result.steps[0].output.responses = [];
    },
    found: /exec_sound-1: the approve of ann on \S+, said to be recorded, is there 0 times/,
  },
];

describe('the checker of the storm finds', () => {
  test.each(PLANTED)('$fault', ({ plant, found }) => {
    const storm = soundStorm();
    plant(storm);
    expect(textsOf(storm)).toContainEqual(expect.stringMatching(found));
  });
});
