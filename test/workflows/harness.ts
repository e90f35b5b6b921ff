// A worker and a client on the test run's Temporal server, and executions started as the API starts them.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { createActivities } from '../../src/activities/activities';
import type { ModuleAgent } from '../../src/activities/agents/agent';
import type { DeliveryTimes } from '../../src/activities/delivery-schedule';
import type { Mailer } from '../../src/activities/mail';
import { agentDirectory } from '../../src/config/agent-directory';
import { RULES } from '../../src/engine/advance';
import type { CallerReply } from '../../src/engine/reply';
import type { ExecutionView, StepView } from '../../src/engine/view';
import { createCallbackTokens } from '../../src/outbound/callback-token';
import { parseOutboundAllow } from '../../src/outbound/destination';
import { createOutboundClient } from '../../src/outbound/http-client';
import { createSealer, parseSecretKeys } from '../../src/outbound/seal';
import { createClient } from '../../src/temporal/connect';
import { createWorker } from '../../src/worker/worker';
import type { Activities } from '../../src/workflows/contract/activities';
import type { ExecutionContext } from '../../src/workflows/contract/execution';
import { executionIdOf, executionWorkflowId } from '../../src/workflows/contract/ids';
import { QUERY, type ReviewerDecision, UPDATE } from '../../src/workflows/contract/messages';
import { WORKFLOW, WORKFLOW_TASK_TIMEOUT } from '../../src/workflows/contract/names';
import { REPLAY_RULES } from '../../src/workflows/contract/replay-rules';
import { planOf, type Shape } from '../engine/scene';
import { pauses } from '../support/eventually';

export const WORKSPACE = 'test';
/** The run's start, its first workflow task as scheduled, and as begun. */
const FIRST_TASK_EVENTS = 3;
const SECRET_KEY = Buffer.alloc(32, 7).toString('base64');

export interface HarnessOptions {
  readonly agents?: Readonly<Record<string, ModuleAgent>>;
  /** `host:port` pairs that webhooks may go to. */
  readonly allow?: string;
  /** Scales the times of deliveries. */
  readonly times?: DeliveryTimes;
  /** Without it no mail can be sent. */
  readonly mailer?: Mailer;
  readonly noteOutlasting?: (agentId: string) => void;
  /** Changes activities, to make them count or die. */
  readonly wrap?: (activities: Activities) => Activities;
}

/** What a started execution can be asked. */
export interface Started {
  readonly handle: WorkflowHandle;
  readonly key: string;
  view(): Promise<ExecutionView>;
  /** The view once `ready` says so; asks again as long as it takes, for the test's own time-out to end. */
  viewWhen(ready: (view: ExecutionView) => boolean): Promise<ExecutionView>;
  waiting(nodeId: string): Promise<StepView>;
  decide(nodeId: string, reviewerId: string, decision?: 'approve' | 'reject'): Promise<CallerReply>;
  eventTypes(): Promise<string[]>;
}

export interface Harness {
  readonly client: Client;
  readonly taskQueue: string;
  start(shape: Shape, context?: Partial<ExecutionContext>): Promise<Started>;
  seal(secret: string, executionId: string): string;
  /** Starts another worker on the same task queue. */
  addWorker(): Promise<() => Promise<void>>;
  stopWorker(): Promise<void>;
  close(): Promise<void>;
}

/** Starts an execution whose events go to this address, signed with the secret. */
export function startTo(
  harness: Pick<Harness, 'seal' | 'start'>,
  { url, secret = 'a-secret-of-enough-characters' }: { readonly url: string; readonly secret?: string },
  shape: Shape,
  context: Partial<ExecutionContext> = {},
): Promise<Started> {
  const { idempotencyKey = randomUUID() } = context;
  const sealedSecret = harness.seal(secret, executionIdOf(idempotencyKey));
  const receiver = { url, sealedSecret, sealedFor: 'execution', eventTypes: null } as const;
  return harness.start(shape, { idempotencyKey, receiver, ...context });
}

export function testTemporalAddress(): string {
  const address = process.env.COUNTERSIGN_TEST_TEMPORAL;
  if (!address) throw new Error('COUNTERSIGN_TEST_TEMPORAL is not set: run the tests with `npm test`');
  return address;
}

export async function startHarness({
  agents = {},
  allow = '',
  times,
  mailer,
  noteOutlasting = () => {},
  wrap = (it) => it,
}: HarnessOptions = {}): Promise<Harness> {
  const address = testTemporalAddress();
  const taskQueue = `test-${randomUUID()}`;
  const native = await NativeConnection.connect({ address });
  // The API's own: it repeats an update whose workflow task was lost to an activity that ended just then.
  const client = createClient({ isEmbedded: false, connection: { address }, namespace: 'default' });
  const sealer = createSealer(parseSecretKeys(`test:${SECRET_KEY}`));
  const allowed = parseOutboundAllow(allow);
  const outbound = createOutboundClient({ allow: allowed });
  const registry = { find: (agentId: string) => agents[agentId] ?? null };
  const activities = wrap(
    createActivities({
      agents: registry,
      allow: allowed,
      outbound,
      sealer,
      directory: agentDirectory([]),
      stepsMax: 1_000,
      noteOutlasting,
      callbacks: createCallbackTokens(parseSecretKeys(`test:${SECRET_KEY}`)),
      publicUrl: 'https://approvals.acme.com',
      mailer: mailer ?? null,
      slack: null,
      ...(times && { times }),
    }),
  );

  const addWorker = async () => {
    const bundlePath = process.env.COUNTERSIGN_TEST_BUNDLE ?? join(__dirname, '../../dist/workflow-bundle.js');
    const worker = await createWorker({ connection: native, namespace: 'default', taskQueue, activities, bundlePath });
    const running = worker.run();
    return async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await running.catch(unlessLeftHanging);
    };
  };
  let stop = await addWorker();

  return {
    client,
    taskQueue,
    start: (shape, context) => startExecution({ client, taskQueue, agents }, shape, context),
    seal: (secret, executionId) => sealer.seal(secret, { workspace: WORKSPACE, kind: 'execution', id: executionId }),
    addWorker,
    async stopWorker() {
      await stop();
      stop = async () => {};
    },
    async close() {
      await stop();
      await client.connection.close();
      await native.close();
    },
  };
}

async function startExecution(
  { client, taskQueue, agents }: { client: Client; taskQueue: string; agents: object },
  shape: Shape,
  context: Partial<ExecutionContext> = {},
): Promise<Started> {
  const key = context.idempotencyKey ?? randomUUID();
  const { definition } = planOf(shape);
  const handle = await client.workflow.start(WORKFLOW.execution, {
    workflowId: executionWorkflowId(WORKSPACE, key),
    taskQueue,
    workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
    args: [
      definition,
      {
        executionId: executionIdOf(key),
        workspace: WORKSPACE,
        correlationId: 'corr_test',
        idempotencyKey: key,
        triggerContext: {},
        stepsMax: 1_000,
        organizationId: null,
        documentId: null,
        folderId: null,
        receiver: null,
        webhookTokens: {},
        quickAgents: Object.keys(agents),
        taskQueueAgents: [],
        rules: RULES,
        ...REPLAY_RULES,
        ...context,
      } satisfies ExecutionContext,
    ],
  });
  return started(handle, key);
}

function started(handle: WorkflowHandle, key: string): Started {
  const view = () => handle.query<ExecutionView>(QUERY.view);
  const viewWhen = async (ready: (view: ExecutionView) => boolean) => {
    const pause = pauses();
    // A query that comes earlier rides on the first workflow task and cuts it in two: costs would depend on the clock.
    while ((await handle.describe()).historyLength <= FIRST_TASK_EVENTS) await pause();
    for (;;) {
      const seen = await view();
      if (ready(seen)) return seen;
      await pause();
    }
  };
  const find = (seen: ExecutionView, nodeId: string) =>
    seen.steps.find((step) => step.nodeId === nodeId && step.status === 'waiting');
  const waiting = async (nodeId: string) => find(await viewWhen((seen) => find(seen, nodeId) !== undefined), nodeId)!;
  return {
    handle,
    key,
    view,
    viewWhen,
    waiting,
    async decide(nodeId, reviewerId, decision = 'approve') {
      const { stepId } = await waiting(nodeId);
      const argument: ReviewerDecision = { stepId, reviewerId, decision };
      return handle.executeUpdate<CallerReply, [ReviewerDecision]>(UPDATE.recordReviewerDecision, {
        args: [argument],
      });
    },
    async eventTypes() {
      const { events } = await handle.fetchHistory();
      return (events ?? []).map((event) => {
        const attributes = Object.keys(event).find((name) => name.endsWith('EventAttributes')) ?? '?';
        return attributes.replace('EventAttributes', '');
      });
    },
  };
}

/** Of more that come within one workflow task Temporal would begin the task anew. */
const SIGNALS_AT_ONCE = 40;

/** Sends signals that are none of ours, and change nothing, until the history of the newest run is so long or a little longer. */
export async function lengthen({ client }: Pick<Harness, 'client'>, workflowId: string, events: number): Promise<void> {
  const handle = client.workflow.getHandle(workflowId);
  for (;;) {
    const missing = events - (await handle.describe()).historyLength;
    if (missing <= 0) return;
    const signals = Array.from({ length: Math.min(missing, SIGNALS_AT_ONCE) }, () => handle.signal('none-of-ours'));
    await Promise.all(signals);
  }
}

/** Work that a test left hanging keeps its worker from ending in order; that is no finding of the test. */
export function unlessLeftHanging(error: unknown): void {
  if (!(error instanceof Error) || !/still in use|GracefulShutdownPeriodExpired/.test(`${error.name} ${error.message}`))
    throw error;
}
