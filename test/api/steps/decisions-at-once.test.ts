// Many decisions on one execution in the same moment, over one API process and over several.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RunningApi, startApi } from '../../../src/api/start';
import { createLogger } from '../../../src/logger';
import { createClient } from '../../../src/temporal/connect';
import { type ApiHarness, startApiHarness } from '../harness';

const REVIEWERS = Array.from({ length: 50 }, (_, index) => `user-${index}`);
const panel = { nodeId: 'panel', type: 'human', config: { reviewerIds: REVIEWERS } };

let api: ApiHarness;
let others: { running: RunningApi; close(): Promise<void> }[];
let definitionId: string;
beforeAll(async () => {
  api = await startApiHarness();
  others = await Promise.all([startAnotherApi(), startAnotherApi()]);
  definitionId = await api.define({ name: 'Panel', nodes: [panel] });
});
afterAll(async () => {
  await Promise.all(others.map((other) => other.close()));
  await api.close();
});

/** With a client of its own, as another process would have. */
async function startAnotherApi() {
  const client = createClient(api.config.temporal);
  const config = { ...api.config, port: 0 };
  const running = await startApi({ config, client, logger: createLogger('silent', 'test') });
  const close = async () => {
    await running.close();
    await client.connection.close();
  };
  return { running, close };
}

test.each([1, 2, 3])('fifty decisions on one execution at once, over %d APIs, are all answered', async (processes) => {
  const urls = [api.url, ...others.map(({ running }) => running.url)].slice(0, processes);
  for (let round = 0; round < 3; round++) {
    const { executionId, steps } = await api.waiting(definitionId, ['panel']);
    const answers = await Promise.all(
      REVIEWERS.map((reviewerId, index) =>
        api.call(
          'steps/recordReviewerDecision',
          { executionId, stepId: steps[0], reviewerId, decision: 'approve', reason: 'x'.repeat(1_000) },
          { url: urls[index % processes]! },
        ),
      ),
    );
    expect(answers.map(({ http }) => http)).toEqual(REVIEWERS.map(() => 200));
    expect(answers.filter(({ result }) => result.recorded)).toHaveLength(REVIEWERS.length);
    expect(answers.filter(({ result }) => result.resumeScheduled)).toHaveLength(1);
  }
});
