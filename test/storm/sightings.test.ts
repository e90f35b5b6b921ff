import { describe, expect, test } from '@jest/globals';
import { Sightings } from '../../bench/storm/sightings';

/** A read that began at this time and was answered five later. */
const at = (startedAt: number) => ({ startedAt, endedAt: startedAt + 5 });

const step = (status: string, rest: object = {}): any => ({ stepId: 's1', nodeId: 'n', status, startedAt: 1, ...rest });
const view = (steps: readonly any[], status = 'running'): any => ({ executionId: 'exec_1', status, steps });
const event = (seq: number, timestamp = 7): any => ({ seq, type: 'step.completed', stepId: 's1', timestamp });

test('an execution that goes on, read by two at once, does not contradict itself', () => {
  const seen = new Sightings();
  seen.sawView(view([step('completed')]), at(10));
  // Asked before the first was answered, so that it may know less.
  seen.sawView(view([step('running')]), at(12));
  seen.sawView(view([step('completed'), { ...step('pending'), stepId: 's2', startedAt: null }]), at(20));
  seen.sawView(view([step('completed'), { ...step('completed'), stepId: 's2', startedAt: 22 }], 'completed'), at(30));
  seen.sawEvents([event(1), event(4)], 0, true, at(10));
  seen.sawEvents([event(4), event(5)], 1, false, at(20));
  expect(seen.contradictions).toEqual([]);
});

type Plant = (seen: Sightings) => void;

describe('it is noticed when', () => {
  test.each<[string, Plant, RegExp]>([
    [
      'a step ends anew',
      (seen) => seen.sawView(view([step('failed')]), at(20)),
      /step s1 was seen at 15 as .* and at 25 as /,
    ],
    ['a step goes on', (seen) => seen.sawView(view([step('running')]), at(20)), /s1 had ended and is running again/],
    ['a step is gone', (seen) => seen.sawView(view([]), at(20)), /step s1 was seen and is gone/],
    [
      'a step has started at another time',
      (seen) => seen.sawView(view([step('running', { startedAt: 2 })]), at(12)),
      /the start of step s1 was seen at 15 as .*1.* and at 17 as .*2/,
    ],
    [
      'an execution goes on',
      (seen) => seen.sawView(view([step('completed')], 'running'), at(40)),
      /the execution was over and is running again/,
    ],
    [
      'an execution ends anew',
      (seen) => seen.sawView(view([step('completed')], 'failed'), at(40)),
      /the execution that is over was seen at 35 as /,
    ],
    [
      'an event changes',
      (seen) => seen.sawEvents([event(1, 8)], 0, true, at(12)),
      /event 1 was seen at 15 as .* and at 17 as /,
    ],
    ['an event is gone', (seen) => seen.sawEvents([event(1)], 0, false, at(20)), /event 4 was seen and is gone/],
  ])('%s', (_, plant, found) => {
    const seen = new Sightings();
    seen.sawView(view([step('completed')]), at(10));
    seen.sawView(view([step('completed')], 'completed'), at(30));
    seen.sawEvents([event(1), event(4)], 0, false, at(10));
    plant(seen);
    expect(seen.contradictions).toEqual([expect.stringMatching(found)]);
  });
});
