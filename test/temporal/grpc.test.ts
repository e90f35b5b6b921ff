// What the words of the real server's errors are taken for: a new server that words them otherwise fails here.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Client, QueryNotRegisteredError } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { errors } from '@temporalio/core-bridge';
import { createClient, retries } from '../../src/temporal/connect';
import { describeRun } from '../../src/temporal/described-run';
import {
  GRPC,
  grpcCodeOf,
  isMissing,
  isNoNamespace,
  isTooManyUpdates,
  isUnanswerable,
  isUnknownSearchAttribute,
} from '../../src/temporal/grpc';
import { ONLY_A_PART } from '../../src/workflows/contract/messages';
import { terminateLeftOpen } from '../support/left-open';
import { testTemporalAddress } from '../workflows/harness';

let client: Client;
let elsewhere: Client;
beforeAll(() => {
  const connection = { address: testTemporalAddress() };
  client = createClient({ isEmbedded: false, connection, namespace: 'default' });
  elsewhere = createClient({ isEmbedded: false, connection, namespace: 'no-such-namespace' });
});
afterAll(async () => {
  await client.connection.close();
  await elsewhere.connection.close();
});

/** What the server refuses with, as the client throws it. */
const refusalOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => {
      throw new Error('it was not refused');
    },
    (error: unknown) => error,
  );

const namespaceOf = ({ options: { namespace } }: Client) => namespace;
const describing = (by: Client, execution: object) =>
  by.workflowService.describeWorkflowExecution({ namespace: namespaceOf(by), execution });
const reading = (by: Client, execution: object) =>
  by.workflowService.getWorkflowExecutionHistory({ namespace: namespaceOf(by), execution });
const terminating = (by: Client, workflowExecution: object) =>
  by.workflowService.terminateWorkflowExecution({ namespace: namespaceOf(by), workflowExecution });

describe.each([
  ['described', describing],
  ['read', reading],
  ['terminated', terminating],
])('a workflow that is %s', (_what, call) => {
  const workflowId = `unknown-${randomUUID()}`;

  test.each([
    ['its id is unknown', { workflowId }],
    ['its run is unknown', { workflowId, runId: randomUUID() }],
  ])('is missing when %s', async (_why, execution) => {
    const error = await refusalOf(call(client, execution));
    expect([grpcCodeOf(error), isMissing(error), isNoNamespace(error)]).toEqual([GRPC.NOT_FOUND, true, false]);
  });

  test('is not missing when it is the namespace that does not exist', async () => {
    const error = await refusalOf(call(elsewhere, { workflowId }));
    expect([grpcCodeOf(error), isMissing(error), isNoNamespace(error)]).toEqual([GRPC.NOT_FOUND, false, true]);
  });
});

test('a run that does not exist is described as null, and a namespace that does not exist is an error', async () => {
  const workflowId = `unknown-${randomUUID()}`;
  expect(await describeRun(client, { workflowId })).toBeNull();
  await expect(describeRun(elsewhere, { workflowId })).rejects.toThrow();
});

test('that a workflow has too many Updates in flight is recognised, and is not tried again', async () => {
  const handle = await client.workflow.start('nothing', { workflowId: `crowded-${randomUUID()}`, taskQueue: 'nobody' });
  const deadline = Date.now() + 2_000;
  const crowd = Array.from({ length: 11 }, () =>
    refusalOf(client.withDeadline(deadline, () => handle.executeUpdate('nothing'))),
  );
  const [refusal] = (await Promise.all(crowd)).filter(isTooManyUpdates);
  const failure = (refusal as Error | undefined)?.cause as errors.ServiceError;
  expect(failure).toBeInstanceOf(errors.ServiceError);
  expect(retries().isRetried(1, failure)).toBe(false);
  await terminateLeftOpen(handle);
});

test.each([
  'consistent query buffer is full, this may be caused by too many queries',
  'Workflow is busy.',
  'workflow is closing, cannot accept new updates',
])('what passes within one workflow task is tried again at once, and often: "%s"', (message) => {
  const said = { name: 'ServiceError' as const, code: GRPC.RESOURCE_EXHAUSTED, details: message, metadata: {} };
  const failure = errors.ServiceError.fromNative(Object.assign(new Error(message), said));
  expect(retries().delayMs(50, failure)).toBeLessThan(100);
  expect([retries().isRetried(50, failure), retries().isRetried(100, failure)]).toEqual([true, false]);
});

describe('a search attribute that is not registered is recognised', () => {
  const list = (query: string) => client.workflowService.listWorkflowExecutions({ namespace: 'default', query });
  const started = (type: 'KEYWORD' | 'INT' | 'KEYWORD_LIST', value: never) =>
    client.workflow.start('execution', {
      workflowId: `unregistered-${randomUUID()}`,
      taskQueue: `nobody-${randomUUID()}`,
      typedSearchAttributes: new TypedSearchAttributes([
        { key: defineSearchAttributeKey('NotRegistered', type as 'KEYWORD'), value },
      ]),
    });

  test.each([
    ['a start', () => started('KEYWORD', 'x' as never)],
    ['a start with a number', () => started('INT', 1 as never)],
    ['a start with a list', () => started('KEYWORD_LIST', ['x'] as never)],
    ['a list', () => list("NotRegistered = 'x'")],
    ['a list that asks for its absence', () => list('NotRegistered IS NULL')],
    ['a list that asks for more', () => list("WorkflowType = 'execution' AND NotRegistered IN ('x', 'y')")],
    [
      'a count',
      () => client.workflowService.countWorkflowExecutions({ namespace: 'default', query: 'NotRegistered IS NULL' }),
    ],
  ])('in %s', async (_what, call) => {
    const error = await refusalOf(call());
    expect([grpcCodeOf(error), isUnknownSearchAttribute(error)]).toEqual([GRPC.INVALID_ARGUMENT, true]);
  });

  test.each([
    ['what cannot be parsed', "WorkflowType = 'execution' AND"],
    ['a value of another type', "StartTime = 'yesterday'"],
    ['an unknown status', "ExecutionStatus = 'Nonsense'"],
  ])('and %s is something else', async (_what, query) => {
    const error = await refusalOf(list(query));
    expect([grpcCodeOf(error), isUnknownSearchAttribute(error)]).toEqual([GRPC.INVALID_ARGUMENT, false]);
  });
});

test('a query that came with only a part of the news does not say that nobody will ever answer; another failure of a worker does', () => {
  const failedWith = (message: string) => new QueryNotRegisteredError(message, GRPC.INVALID_ARGUMENT);
  expect(isUnanswerable(failedWith(`${ONLY_A_PART}, and more`))).toBe(false);
  expect(isUnanswerable(failedWith('[TMPRL1100] Nondeterminism error'))).toBe(true);
});
