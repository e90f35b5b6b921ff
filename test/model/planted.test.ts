// The cases can find something: three bugs, planted beside the engine and never in it, are each found.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DefinitionGroup } from '../../src/definition/definition';
import type { GraphLoop } from '../../src/definition/graph';
import { advance } from '../../src/engine/advance';
import type { Plan, Run } from '../../src/engine/run';
import { type Engine, runCase } from './case';
import { Difference } from './compare';
import { tapes } from './tapes';

const WITHIN_CASES = 10_000;

const BUGS: Readonly<Record<string, Engine>> = {
  'a loop runs once more than its maximum': { advance, plan: runLoopsOnceMore },
  'required members do not count for quorum': { advance, plan: forgetRequiredMembers },
  'of several deadlines none is remembered': {
    advance: (plan, run, input) => {
      const result = advance(plan, run, input);
      return { ...result, run: forgetDeadline(result.run) };
    },
  },
};

describe('a planted bug is found', () => {
  test.each(Object.keys(BUGS))('%s', (bug) => {
    const property = fc.property(tapes, (tape) => {
      runCase(tape, null, BUGS[bug]);
    });
    const { failed, errorInstance } = fc.check(property, { numRuns: WITHIN_CASES, endOnFailure: true });
    expect(failed).toBe(true);
    expect(errorInstance).toBeInstanceOf(Difference);
  });
});

function runLoopsOnceMore(plan: Plan): Plan {
  const { graph } = plan;
  const once = <K>(loops: ReadonlyMap<K, GraphLoop>) =>
    new Map([...loops].map(([key, loop]) => [key, { ...loop, maxIterations: loop.maxIterations + 1 }]));
  const { loopFromNode, loopFromGroup, loopAround } = graph;
  const loops = { loopFromNode: once(loopFromNode), loopFromGroup: once(loopFromGroup), loopAround: once(loopAround) };
  return { ...plan, graph: { ...graph, ...loops } };
}

function forgetRequiredMembers(plan: Plan): Plan {
  const forget = (groups: ReadonlyMap<string, DefinitionGroup>) =>
    new Map([...groups].map(([key, { requiredNodeIds, ...group }]) => [key, group]));
  const { graph } = plan;
  return { ...plan, graph: { ...graph, groups: forget(graph.groups), groupOf: forget(graph.groupOf) } };
}

function forgetDeadline(run: Run): Run {
  const due = run.steps.filter((step) => step.endedSeq === null && step.dueAt !== null);
  return due.length > 1 ? { ...run, nextDue: null } : run;
}
