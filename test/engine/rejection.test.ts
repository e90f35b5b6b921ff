// What is said of a rejection where it is not at home: an agent's reason may be as large as its output.
import { describe, expect, test } from '@jest/globals';
import { LIMITS } from '../../src/definition/limits';
import { agent, edge, human, loopEdge, Scene, type Shape } from './scene';

const LONG = 'a'.repeat(LIMITS.errorMessageLengthMax);
const REASON = `${LONG}${'b'.repeat(200_000)}`;
const REJECT = { decision: 'reject', rejectionReason: REASON };

/** An agent judges what another one drafts. */
const judged = (rest: Partial<Shape> = {}): Shape => ({
  nodes: [agent('draft'), agent('judge'), ...(rest.nodes ?? [])],
  edges: [edge('draft', 'judge'), ...(rest.edges ?? [])],
});
const inLoop = (maxIterations: number): Shape => judged({ edges: [loopEdge('judge', 'draft', maxIterations)] });

function rejected(shape: Shape, facts = {}): Scene {
  const scene = Scene.of(shape, facts);
  scene.succeed('draft');
  scene.succeed('judge', REJECT);
  return scene;
}

describe('the reason of an agent that rejects, where it is very long', () => {
  test('is said by its beginning when nobody handles it, and stands whole in the output', () => {
    const scene = rejected(judged());
    const { code, message } = scene.run.failureReason!;
    expect(code).toBe('unhandled-rejection');
    expect(message).toContain(`was rejected by judge-agent: ${LONG} …, and no edge`);
    expect(scene.data('execution.failed')).toEqual([{ failureReason: { code, message } }]);
    expect(scene.step('judge').output).toMatchObject(REJECT);
  });

  test('is said by its beginning when it exhausts a loop, in the event and in the failure', () => {
    const scene = rejected(inLoop(1));
    expect(scene.data('loop.exhausted')).toEqual([
      { loopId: 'loop_draft', iteration: 1, lastRejectedBy: 'judge-agent', lastRejectionReason: `${LONG} …` },
    ]);
    expect(scene.run.failureReason?.message).toContain(`by judge-agent: ${LONG} …, and no exhausted edge`);
  });

  test('is handed whole to the author, who has to mend what was rejected', () => {
    const scene = rejected(inLoop(2));
    expect(scene.asked('draft').input?.previousAttempts).toMatchObject([{ rejectionReason: REASON }]);
  });

  test('is never cut within a character', () => {
    const scene = Scene.of(judged());
    scene.succeed('draft');
    scene.succeed('judge', { decision: 'reject', reason: `${LONG.slice(1)}😀` });
    expect(scene.run.failureReason?.message).toContain(`${LONG.slice(1)} …,`);
  });

  test('stays whole in executions from before it was shortened: their events are the same when they are sent again', () => {
    const scene = rejected(inLoop(1), { shortensReasons: undefined });
    expect(scene.data('loop.exhausted')).toMatchObject([{ lastRejectionReason: REASON }]);
    expect(scene.run.failureReason?.message).toContain(REASON);
  });
});

test("a person's reason is never shortened", () => {
  const scene = Scene.of({ nodes: [human('review', ['ada'])] });
  const reason = 'r'.repeat(LIMITS.decisionReasonLengthMax);
  scene.reject('review', 'ada', reason);
  expect(scene.run.failureReason?.message).toContain(`by ada: ${reason}, and no edge`);
});
