// Executions, as Temporal keeps them: start, look up, view, decide, cancel. Every call is bounded and mapped.

import { type Client, QueryRejectedError, WorkflowClient, WorkflowNotFoundError } from '@temporalio/client';
import type { PinnedDefinition } from '../../definition/definition';
import { readInput } from '../../dispatch/first-event';
import { type StartOptions, startExecution } from '../../dispatch/start-execution';
import type { DetailedView } from '../../engine/detailed-view';
import type { EventsPage, ExecutionView } from '../../engine/view';
import { describeRun } from '../../temporal/described-run';
import { isPaused } from '../../temporal/grpc';
import {
  type EventsRequest,
  type ExecutionArgs,
  type ExecutionContext,
  type ExecutionMemo,
  executionWorkflowId,
  QUERY,
  readArgs,
  type Sent,
} from '../../workflows/contract';
import { withTemporal } from '../temporal-errors';
import { type ExecutionChanges, executionChanges } from './changes';
import { readFinalView } from './ending';
import { FIRST_TASK_EVENTS, firstTasks } from './first-task';
import { createOrigins, type Origin } from './origins';
import { type Place, placeOf } from './place';
import { type ExecutionRecord, notFound, presentClosed, presentOpen, presentPending } from './presentation';
import { explained, isNotReady } from './silence';
import { DETAILED, type Kind, PLAIN } from './view-pages';

export interface ExecutionGateway extends ExecutionChanges {
  /** Null when the key has an execution already. */
  start(
    definition: PinnedDefinition,
    context: ExecutionContext,
    options?: StartOptions,
  ): Promise<{ readonly dispatchedAt: number } | null>;
  /** The newest execution that the key's workflow id has; null when there is none. */
  lookUp(workspace: string, key: string): Promise<ExecutionRecord | null>;
  /** What Temporal says of an execution, without a worker. */
  find(workspace: string, executionId: string, purpose?: 'answering' | 'explaining'): Promise<ExecutionRecord>;
  /** What the execution of this key was dispatched with, when that is known without asking; null says nothing. */
  knownOrigin(workspace: string, key: string): Origin | null;
  view(workspace: string, executionId: string): Promise<ExecutionView>;
  /** All that the dialects show. */
  inspect(workspace: string, executionId: string): Promise<Inspection>;
  /** What Temporal knows of an open execution whose workflow cannot be asked: all but its steps. */
  outline(workspace: string, executionId: string): Promise<Inspection>;
  events(workspace: string, executionId: string, request: EventsRequest): Promise<EventsPage>;
}

export interface Inspection {
  readonly view: DetailedView;
  readonly definition: PinnedDefinition;
  readonly context: ExecutionContext;
  /** Epoch milliseconds. */
  readonly dispatchedAt: number;
}

export function createExecutionGateway(client: Client, taskQueue: string): ExecutionGateway {
  // An open run answers in one call. Of one that has ended, what it closed with is enough for a plain view.
  const ofOpen = rejecting(client, 'NOT_OPEN');
  // One that did not complete needs a second look at how it ended.
  const ofCompleted = rejecting(client, 'NOT_COMPLETED_CLEANLY');

  const fresh = firstTasks(client);
  const origins = createOrigins();

  /** Of an execution that may share its workflow id, the run that was found; else the newest one. */
  const handleOf = ({ workflowId, runId }: Place) => client.workflow.getHandle(workflowId, runId);
  async function mustExist(place: Place, executionId: string): Promise<ExecutionRecord> {
    const record = await recordOf(client, place);
    if (!record) throw notFound(executionId);
    return record;
  }

  const find = (workspace: string, executionId: string): Promise<ExecutionRecord> =>
    placeOf(client, workspace, executionId).then((place) => mustExist(place, executionId));

  /** A view as `pages` has it, made up for a run that has no worker's answer, and as it was ended in Temporal. */
  async function readView<V extends ExecutionView>(place: Place, executionId: string, kind: Kind<V>) {
    const { pages, ofPending } = kind;
    const answer = await answerOf(place, executionId, kind);
    if (answer) return answer;
    const record = await mustExist(place, executionId);
    if (record.status === 'CONTINUED_AS_NEW') return null;
    if (record.firstTask !== 'done') return presentClosed(ofPending(presentPending(record)), record);
    return presentClosed(await pages(handleOf(place)), record);
  }

  /** Null when it has ended in a way that needs a second look. */
  async function answerOf<V extends ExecutionView>(place: Place, executionId: string, { pages, ofFinal }: Kind<V>) {
    const { workflowId, runId } = place;
    try {
      return await pages((ofFinal ? ofOpen : ofCompleted).getHandle(workflowId, runId));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw notFound(executionId);
      if (!(error instanceof QueryRejectedError) || isPaused(error)) throw error;
    }
    const final = ofFinal ? await readFinalView(client, place) : null;
    return ofFinal && final ? ofFinal(final) : null;
  }

  async function view<V extends ExecutionView>(workspace: string, executionId: string, kind: Kind<V>): Promise<V> {
    try {
      return await withTemporal(client, async () => {
        for (;;) {
          const place = await placeOf(client, workspace, executionId);
          if (!(await fresh.begun(place))) {
            const record = await mustExist(place, executionId);
            if (record.firstTask !== 'done') return kind.ofPending(presentPending(record));
          }
          const seen = await readView(place, executionId, kind);
          // Null: it went on in a new run since it was found.
          if (seen) return seen;
        }
      });
    } catch (error) {
      if (!isNotReady(error)) throw error;
      const record = await withTemporal(client, () => find(workspace, executionId), 'explaining');
      if (record.firstTask !== 'done') return kind.ofPending(presentPending(record));
      throw await explained(client, taskQueue, error);
    }
  }

  /** Throws NOT_FOUND. */
  async function saidAtDispatch(workspace: string, executionId: string) {
    const [asked, record] = await withTemporal(client, async () => {
      const place = await placeOf(client, workspace, executionId);
      return Promise.all([readInput(client, place), mustExist(place, executionId)]);
    });
    if (!asked) throw notFound(executionId);
    const [definition, context] = readArgs(asked as Sent<ExecutionArgs>);
    return { definition, context, record };
  }

  return {
    async start(definition, context, options = {}) {
      const dispatchedAt = Date.now();
      const start = { taskQueue, definition, context, dispatchedAt, ...options };
      const calledAt = performance.now();
      if (!(await withTemporal(client, () => startExecution(client, start)))) return null;
      const { correlationId } = context;
      const workflowId = executionWorkflowId(context.workspace, context.idempotencyKey);
      fresh.started(workflowId, performance.now() - calledAt);
      origins.remember(workflowId, { definitionId: definition.definitionId, correlationId });
      return { dispatchedAt };
    },

    async lookUp(workspace, key) {
      const workflowId = executionWorkflowId(workspace, key);
      const record = await withTemporal(client, () => recordOf(client, { workflowId }));
      if (record) origins.remember(workflowId, record.memo);
      return record;
    },

    knownOrigin: (workspace, key) => origins.recall(executionWorkflowId(workspace, key)),

    find: (workspace, executionId, purpose = 'answering') =>
      withTemporal(client, () => find(workspace, executionId), purpose),

    view: (workspace, executionId) => view(workspace, executionId, PLAIN),

    async inspect(workspace, executionId) {
      const said = saidAtDispatch(workspace, executionId);
      const [seen, { definition, context, record }] = await Promise.all([view(workspace, executionId, DETAILED), said]);
      return { view: seen, definition, context, dispatchedAt: record.memo.dispatchedAt ?? seen.startedAt };
    },

    async outline(workspace, executionId) {
      const { definition, context, record } = await saidAtDispatch(workspace, executionId);
      const seen = DETAILED.ofPending(presentOpen(record));
      return { view: seen, definition, context, dispatchedAt: record.memo.dispatchedAt ?? seen.startedAt };
    },

    async events(workspace, executionId, request) {
      try {
        return await withTemporal(client, async () => {
          const handle = handleOf(await placeOf(client, workspace, executionId));
          return handle.query<EventsPage, [EventsRequest]>(QUERY.events, request);
        });
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) throw notFound(executionId);
        if (!isNotReady(error)) throw error;
        const record = await withTemporal(client, () => find(workspace, executionId), 'explaining');
        if (record.firstTask !== 'done')
          return { events: [], correlationId: record.memo.correlationId, hasMore: false };
        throw await explained(client, taskQueue, error);
      }
    },

    ...executionChanges(client, taskQueue, { handleOf, mustExist }),
  };
}

/** A client whose queries reach no worker when the run is not in this state: `QueryRejectedError`. */
function rejecting({ connection, options }: Client, queryRejectCondition: 'NOT_OPEN' | 'NOT_COMPLETED_CLEANLY') {
  const { namespace, loadedDataConverter } = options;
  const dataConverter = { payloadCodecs: loadedDataConverter.payloadCodecs };
  return new WorkflowClient({ connection, namespace, dataConverter, queryRejectCondition });
}

function firstTaskOf(historyLength: number): ExecutionRecord['firstTask'] {
  if (historyLength > FIRST_TASK_EVENTS) return 'done';
  return historyLength === FIRST_TASK_EVENTS ? 'begun' : 'waits';
}

async function recordOf(client: Client, { workflowId, runId }: Place): Promise<ExecutionRecord | null> {
  const run = await describeRun(client, runId === undefined ? { workflowId } : { workflowId, runId });
  if (!run) return null;
  const { status, startedAt, closedAt, historyLength, firstRunId } = run;
  const firstTask = firstRunId === run.runId ? firstTaskOf(historyLength) : 'done';
  return { memo: run.memo as unknown as ExecutionMemo, status, startedAt, closedAt, firstTask };
}
