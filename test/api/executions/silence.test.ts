import { expect, test } from '@jest/globals';
import { type Client, ServiceError } from '@temporalio/client';
import { isNotReady } from '../../../src/api/executions/silence';
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
