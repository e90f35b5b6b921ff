import { describe, expect, test } from '@jest/globals';
import { type Client, ServiceError } from '@temporalio/client';
import { explained, isNotReady } from '../../../src/api/executions/silence';
import { withTemporal } from '../../../src/api/temporal-errors';
import { GRPC } from '../../../src/temporal/grpc';

const client = { withDeadline: (_deadline: number, calls: () => Promise<unknown>) => calls() } as unknown as Client;

/** As the client says that Temporal refused a query. */
const refused = (message: string) =>
  new ServiceError('Failed to query Workflow', {
    cause: Object.assign(new Error(message), { code: GRPC.RESOURCE_EXHAUSTED, details: message, metadata: {} }),
  });

test.each([
  ['Workflow is busy.', true],
  ['consistent query buffer is full, this may be caused by too many queries', true],
  ['namespace rate limit exceeded', false],
])('an execution that could not be asked since "%s" may be one that no worker ever had: %s', async (message, mayBe) => {
  const failure = withTemporal(client, () => Promise.reject(refused(message))).catch((error: unknown) => error);
  expect(isNotReady(await failure)).toBe(mayBe);
});

describe('a read for which too many others had the workflow', () => {
  const noPollers = {
    ...client,
    options: { namespace: 'default' },
    workflowService: { describeTaskQueue: async () => ({ pollers: [] }) },
  } as unknown as Client;
  const busy = () =>
    withTemporal(client, () => Promise.reject(refused('Workflow is busy.'))).catch((it: unknown) => it);

  test.each([
    ['until its time was up: no worker came', 3_000, /^No worker came to answer/],
    ['at once: none is there', 0, /^No worker is there to answer/],
  ])('%s', async (_when, waitedMs, says) => {
    const question = { client: noPollers, taskQueue: 'q', askedAt: Date.now() - waitedMs };
    expect(await explained(question, await busy())).toMatchObject({ http: 503, message: expect.stringMatching(says) });
  });
});
