// Histories that were met and cannot be replayed yet. Whoever mends one moves it to histories/ and its test goes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Worker } from '@temporalio/worker';

/**
 * Events 7 to 14: a quick agent (a local activity) ended just when its workflow task was prolonged, so its result was
 * recorded with that task and worked off only in the next, together with the end of a delivery. A replay works off the
 * result alone: then the delivery is still under way, and the next one waits for it with a timer, which had not been started.
 */
test("not mended yet: a quick agent's result that was worked off one workflow task late does not replay", async () => {
  const history: unknown = JSON.parse(
    readFileSync(join(__dirname, 'known', 'result-beside-a-prolonged-task.json'), 'utf8'),
  );
  const workflowBundle = { codePath: process.env.COUNTERSIGN_TEST_BUNDLE as string };
  const replay = Worker.runReplayHistory({ workflowBundle }, history, 'execution/dev/chaos-2-0');
  await expect(replay).rejects.toThrow('Timer fired event did not have expected timer id 3, it was 2');
});
