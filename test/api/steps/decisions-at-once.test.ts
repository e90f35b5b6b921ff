// Many decisions on one execution in the same moment, over one API process and over several.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RunningApi, startApi } from '../../../src/api/start';
import { createLogger } from '../../../src/logger';
import { createClient } from '../../../src/temporal/connect';
import { type Answer, type ApiHarness, startApiHarness } from '../harness';

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

interface Asked {
  readonly executionId: string;
  readonly stepId: string | undefined;
  readonly processes: number;
}

/** Each reviewer's approval at once, the next one over the next API. */
const approvals = ({ executionId, stepId, processes }: Asked) => {
  const urls = [api.url, ...others.map(({ running }) => running.url)];
  return REVIEWERS.map((reviewerId, index) => () => {
    const data = { executionId, stepId, reviewerId, decision: 'approve', reason: 'x'.repeat(1_000) };
    return api.call('steps/recordReviewerDecision', data, { url: urls[index % processes]! });
  });
};

test.each([1, 2])('fifty decisions on one execution at once, over %d APIs, are all answered', async (processes) => {
  for (let round = 0; round < 3; round++) {
    const { executionId, steps } = await api.waiting(definitionId, ['panel']);
    const asked = approvals({ executionId, stepId: steps[0], processes });
    const answers = await Promise.all(asked.map((ask) => ask()));
    expect(answers.map(({ http }) => http)).toEqual(REVIEWERS.map(() => 200));
    expect(answers.filter(({ result }) => result.recorded)).toHaveLength(REVIEWERS.length);
    expect(answers.filter(({ result }) => result.resumeScheduled)).toHaveLength(1);
  }
});

// Three have more in flight than Temporal takes: on a slow machine one may be told that time is up, and asks again.
test('fifty decisions on one execution at once, over three APIs, are recorded once each', async () => {
  const { executionId, steps } = await api.waiting(definitionId, ['panel']);
  const untilAnswered = async (ask: () => Promise<Answer>): Promise<Answer> => {
    const answer = await ask();
    return answer.http === 503 || answer.http === 504 ? untilAnswered(ask) : answer;
  };
  const asked = approvals({ executionId, stepId: steps[0], processes: 3 });
  const answers = await Promise.all(asked.map(untilAnswered));
  expect(answers.map(({ http }) => http)).toEqual(REVIEWERS.map(() => 200));
  const { result } = await api.call('executions/get', { executionId });
  const { responses, approveCount } = result.steps[0].output;
  expect(approveCount).toBe(REVIEWERS.length);
  expect(responses.map(({ reviewerId }: { reviewerId: string }) => reviewerId).sort()).toEqual([...REVIEWERS].sort());
}, 60_000);
