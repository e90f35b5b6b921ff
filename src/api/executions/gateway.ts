// Executions, as Temporal keeps them: start, look up, view, decide, cancel. Every call is bounded and mapped.
import {
  type Client,
  QueryRejectedError,
  WorkflowClient,
  type WorkflowHandle,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { PinnedDefinition } from '../../definition/definition';
import type { CallerReply, NotApplied } from '../../engine/reply';
import type { EventsPage, ExecutionView, StepView, ViewPage } from '../../engine/view';
import {
  type CancelReply,
  type EventsRequest,
  type ExecutionContext,
  type ExecutionMemo,
  executionWorkflowId,
  keyOfExecutionId,
  QUERY,
  REFUSED,
  type StepUpdate,
  type StepUpdateArguments,
  UPDATE,
  type ViewRequest,
} from '../../workflows/contract';
import { withTemporal } from '../temporal-errors';
import { firstTasks } from './first-task';
import { createOrigins, type Origin } from './origins';
import { type ExecutionRecord, notFound, presentClosed, presentPending } from './presentation';
import { answered, explained, isNotReady } from './silence';
import { startExecution } from './start';

export interface ExecutionGateway {
  /** False when the key has an execution already, running or closed. */
  start(definition: PinnedDefinition, context: ExecutionContext): Promise<boolean>;
  /** Null when there is none. */
  lookUp(workspace: string, key: string): Promise<ExecutionRecord | null>;
  /** What the execution of this key was dispatched with, when that is known without asking; null says nothing. */
  knownOrigin(workspace: string, key: string): Origin | null;
  view(workspace: string, executionId: string): Promise<ExecutionView>;
  events(workspace: string, executionId: string, request: EventsRequest): Promise<EventsPage>;
  /** A decision, a resolution, an override or a cancel of one step. */
  updateStep<U extends StepUpdate>(
    workspace: string,
    executionId: string,
    update: { readonly name: U; readonly argument: StepUpdateArguments[U] },
  ): Promise<CallerReply>;
  /** False when it had already ended. */
  cancel(workspace: string, executionId: string, reason: string | null): Promise<boolean>;
}

/** The run's start, its first workflow task as scheduled, and as begun. */
const FIRST_TASK_EVENTS = 3;

export function createExecutionGateway(client: Client, taskQueue: string): ExecutionGateway {
  const { connection, options } = client;
  // An open run, or one that completed, answers in one call; any other needs a second look at how it ended.
  const reader = new WorkflowClient({
    connection,
    namespace: options.namespace,
    dataConverter: { payloadCodecs: options.loadedDataConverter.payloadCodecs },
    queryRejectCondition: 'NOT_COMPLETED_CLEANLY',
  });

  const fresh = firstTasks();
  const origins = createOrigins();

  function workflowIdOf(workspace: string, executionId: string): string {
    const key = keyOfExecutionId(executionId);
    if (key === null) throw notFound(executionId);
    return executionWorkflowId(workspace, key);
  }

  async function mustExist(workflowId: string, executionId: string): Promise<ExecutionRecord> {
    const record = await describe(client.workflow.getHandle(workflowId));
    if (!record) throw notFound(executionId);
    return record;
  }

  async function readView(workflowId: string, executionId: string): Promise<ExecutionView> {
    try {
      return await wholeView(reader.getHandle(workflowId));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw notFound(executionId);
      if (!(error instanceof QueryRejectedError)) throw error;
    }
    const handle = client.workflow.getHandle(workflowId);
    const record = await mustExist(workflowId, executionId);
    if (record.firstTask !== 'done') return presentClosed(presentPending(record), record);
    return presentClosed(await wholeView(handle), record);
  }

  return {
    async start(definition, context) {
      const isNew = await withTemporal(client, () => startExecution(client, { taskQueue, definition, context }));
      if (!isNew) return false;
      const workflowId = executionWorkflowId(context.workspace, context.idempotencyKey);
      fresh.started(workflowId);
      origins.remember(workflowId, { definitionId: definition.definitionId, correlationId: context.correlationId });
      return true;
    },

    async lookUp(workspace, key) {
      const workflowId = executionWorkflowId(workspace, key);
      const record = await withTemporal(client, () => describe(client.workflow.getHandle(workflowId)));
      if (record) origins.remember(workflowId, record.memo);
      return record;
    },

    knownOrigin: (workspace, key) => origins.recall(executionWorkflowId(workspace, key)),

    async view(workspace, executionId) {
      const workflowId = workflowIdOf(workspace, executionId);
      try {
        return await withTemporal(client, async () => {
          const untouched = await fresh.begun(workflowId, () => mustExist(workflowId, executionId));
          return untouched ? presentPending(untouched) : readView(workflowId, executionId);
        });
      } catch (error) {
        if (!isNotReady(error)) throw error;
        const record = await withTemporal(client, () => mustExist(workflowId, executionId), 'explaining');
        if (record.firstTask !== 'done') return presentPending(record);
        throw await explained(client, taskQueue, error);
      }
    },

    async events(workspace, executionId, request) {
      const workflowId = workflowIdOf(workspace, executionId);
      const handle = client.workflow.getHandle(workflowId);
      try {
        return await withTemporal(client, () => handle.query<EventsPage, [EventsRequest]>(QUERY.events, request));
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) throw notFound(executionId);
        if (!isNotReady(error)) throw error;
        const record = await withTemporal(client, () => mustExist(workflowId, executionId), 'explaining');
        if (record.firstTask !== 'done')
          return { events: [], correlationId: record.memo.correlationId, hasMore: false };
        throw await explained(client, taskQueue, error);
      }
    },

    async updateStep(workspace, executionId, { name, argument }) {
      const workflowId = workflowIdOf(workspace, executionId);
      const handle = client.workflow.getHandle(workflowId);
      return answered(client, taskQueue, async () => {
        try {
          return await handle.executeUpdate<CallerReply, [StepUpdateArguments[StepUpdate]]>(UPDATE[name], {
            args: [argument],
          });
        } catch (error) {
          const reply = refusalIn(error);
          if (reply) return reply;
          if (!(error instanceof WorkflowNotFoundError)) throw error;
        }
        // Closed, or never there: the same questions in the same order, asked of the run as it ended.
        await mustExist(workflowId, executionId);
        const judged = await handle.query<NotApplied | null, [StepUpdate, StepUpdateArguments[StepUpdate]]>(
          QUERY.judge,
          name,
          argument,
        );
        return judged ?? endedMeanwhile(name);
      });
    },

    async cancel(workspace, executionId, reason) {
      const workflowId = workflowIdOf(workspace, executionId);
      const handle = client.workflow.getHandle(workflowId);
      return answered(client, taskQueue, async () => {
        try {
          const reply = await handle.executeUpdate<CancelReply, [object]>(UPDATE.cancelExecution, {
            args: [{ reason }],
          });
          return reply.cancelled;
        } catch (error) {
          if (!(error instanceof WorkflowNotFoundError)) throw error;
        }
        await mustExist(workflowId, executionId);
        return false;
      });
    },
  };
}

/** Terminated in Temporal while the step was open: the run itself has nothing against the request. */
function endedMeanwhile(name: StepUpdate): NotApplied {
  if (name === 'recordReviewerDecision' || name === 'recordAgentResolution') {
    return { kind: 'response-not-recorded', aggregatorStatus: 'pending', rejectionReason: 'already-terminal' };
  }
  const message = 'The execution was terminated in Temporal; nothing of it can be changed any more.';
  return { kind: 'refused', code: 'step-in-wrong-status', message };
}

/** How often the pages of a view are asked for anew because the execution went on in between. */
const VIEW_TRIES_MAX = 5;

/** Puts the pages of a view together; nearly always there is one. */
async function wholeView(handle: WorkflowHandle): Promise<ExecutionView> {
  const ask = (from: number) => handle.query<ViewPage, [ViewRequest]>(QUERY.view, { from });
  for (let tries = 1; ; tries++) {
    const { next, seq, ...view } = await ask(0);
    const steps: StepView[] = [...view.steps];
    let [isWhole, position] = [true, next];
    while (position !== null && isWhole) {
      const page = await ask(position);
      isWhole = page.seq === seq || tries === VIEW_TRIES_MAX;
      steps.push(...page.steps);
      position = page.next;
    }
    if (isWhole) return { ...view, steps };
  }
}

function firstTaskOf(historyLength: number): ExecutionRecord['firstTask'] {
  if (historyLength > FIRST_TASK_EVENTS) return 'done';
  return historyLength === FIRST_TASK_EVENTS ? 'begun' : 'waits';
}

async function describe(handle: WorkflowHandle): Promise<ExecutionRecord | null> {
  try {
    const { memo, status, startTime, closeTime, historyLength, runId, raw } = await handle.describe();
    const firstRunId = raw.workflowExecutionInfo?.firstRunId || runId;
    return {
      memo: memo as unknown as ExecutionMemo,
      status: status.name,
      startedAt: startTime.getTime(),
      closedAt: closeTime?.getTime() ?? null,
      firstTask: firstRunId === runId ? firstTaskOf(historyLength) : 'done',
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** The engine's reply in an update that its validator refused, or null. */
function refusalIn(error: unknown): NotApplied | null {
  if (!(error instanceof WorkflowUpdateFailedError)) return null;
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure) || cause.type !== REFUSED) return null;
  return (cause.details?.[0] as NotApplied | undefined) ?? null;
}
