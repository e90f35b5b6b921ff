// Updates of one workflow as several processes send them, and what Temporal refuses of them; without a server.
import { setImmediate as tick } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { errors } from '@temporalio/core-bridge';
import { GRPC } from '../../src/temporal/grpc';
import { createTurns, type Turns } from '../../src/temporal/turns';

/** What Temporal allows without configuration (history.maxInFlightUpdates). */
const IN_FLIGHT_MAX = 10;
const WORDS = 'limit on number of concurrent in-flight updates has been reached (10)';

/** As the client has it when a workflow task was completed without a word of the Update. */
const UNPROCESSED = new WorkflowUpdateFailedError(
  'Workflow Update failed',
  ApplicationFailure.create({ message: 'it was not processed by the worker', type: 'UnprocessedUpdate' }),
);

/** A workflow as Temporal keeps it: an Update takes a while, and the eleventh in flight is refused. */
function workflow() {
  const seen = { inFlight: 0, mostInFlight: 0, refused: 0, updateIds: [] as string[] };
  async function update(updateId: string): Promise<string> {
    seen.updateIds.push(updateId);
    if (seen.inFlight === IN_FLIGHT_MAX) {
      seen.refused++;
      const failure = { name: 'ServiceError' as const, code: GRPC.RESOURCE_EXHAUSTED, details: WORDS, metadata: {} };
      const cause = errors.ServiceError.fromNative(Object.assign(new Error(WORDS), failure));
      throw new Error('the Update failed', { cause });
    }
    seen.inFlight++;
    seen.mostInFlight = Math.max(seen.mostInFlight, seen.inFlight);
    for (let ticks = 0; ticks < 20; ticks++) await tick();
    seen.inFlight--;
    return updateId;
  }
  return { seen, update };
}

const twenty = (turns: Turns, send: (updateId: string) => Promise<string>) =>
  Array.from({ length: 20 }, () => turns.take('w', 0, send));

describe('Updates of one workflow', () => {
  test('of two processes are never more than Temporal takes', async () => {
    const { seen, update } = workflow();
    await Promise.all([createTurns(), createTurns()].flatMap((turns) => twenty(turns, update)));
    expect(seen).toMatchObject({ mostInFlight: IN_FLIGHT_MAX, refused: 0 });
  });

  test('of five processes all come about, though some are refused', async () => {
    const { seen, update } = workflow();
    const processes = Array.from({ length: 5 }, createTurns);
    const ids = await Promise.all(processes.flatMap((turns) => twenty(turns, update)));
    expect(new Set(ids).size).toBe(100);
    expect(seen.refused).toBeGreaterThan(0);
  });

  test('that are refused are repeated under the same id, before all that wait, alone among those of their process', async () => {
    const { seen, update } = workflow();
    const turns = createTurns();
    const sent: string[] = [];
    let beside = 0;
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    seen.inFlight = IN_FLIGHT_MAX;
    const refused = turns.take('w', 0, (updateId) => {
      sent.push('refused');
      return update(updateId);
    });
    const others = Array.from({ length: 20 }, (_, index) =>
      turns.take('w', 0, async () => {
        sent.push(`other ${index}`);
        beside = Math.max(beside, seen.inFlight - (index < 5 ? IN_FLIGHT_MAX : 0));
        await released;
      }),
    );
    await tick();
    seen.inFlight = 0;
    release();
    const id = await refused;
    // Those that were on their way with it end first; no other is sent before it.
    expect(sent.slice(0, 7)).toEqual(['refused', 'other 0', 'other 1', 'other 2', 'other 3', 'other 4', 'refused']);
    expect(beside).toBe(0);
    expect(seen.updateIds).toEqual([id, id]);
    await Promise.all(others);
  });

  test.each([
    ['are sent again under the same id', 2, 3],
    ['fail when five tasks in a row ended without them', 9, 5],
  ])('that a worker was given and did not come to %s', async (_what, unprocessed, sendings) => {
    const sent: string[] = [];
    const taken = createTurns().take('w', 0, async (updateId) => {
      sent.push(updateId);
      if (sent.length <= unprocessed) throw UNPROCESSED;
      return updateId;
    });
    if (unprocessed < sendings) expect(await taken).toBe(sent[0]);
    else await expect(taken).rejects.toBe(UNPROCESSED);
    expect(sent).toEqual(Array.from({ length: sendings }, () => sent[0]));
  });

  test('that fail otherwise are not repeated', async () => {
    let sent = 0;
    const failing = createTurns().take('w', 0, async () => {
      sent++;
      throw new Error('the workflow has closed');
    });
    await expect(failing).rejects.toThrow('the workflow has closed');
    expect(sent).toBe(1);
  });

  test('with outputs of the largest size go one by one', async () => {
    const { seen, update } = workflow();
    const turns = createTurns();
    await Promise.all(Array.from({ length: 4 }, () => turns.take('w', 256 * 1024, update)));
    expect(seen.mostInFlight).toBe(1);
  });
});
