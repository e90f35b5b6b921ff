// Changes of an execution that callers ask for: Updates of its workflow, and what becomes of them when that has closed.
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { type JsonObject, jsonBytes } from '../../definition/json';
import { outputTooLarge, stepNotFound } from '../../engine/refusal';
import type { CallerReply, CancelReply, NotApplied } from '../../engine/reply';
import { isOpen } from '../../temporal/described-run';
import { createTurns } from '../../temporal/turns';
import { refusalIn } from '../../temporal/update-refusal';
import { QUERY, type StepUpdate, type StepUpdateArguments, UPDATE } from '../../workflows/contract/messages';
import { hasRun } from './first-task';
import { type Place, placeOf } from './place';
import { handleOf, mustExist } from './records';
import { answered, isNotReady } from './silence';

export interface StepChange<U extends StepUpdate = StepUpdate> {
  readonly name: U;
  readonly argument: StepUpdateArguments[U];
}

export interface ExecutionChanges {
  /** A decision, a resolution, an override or a cancel of one step. */
  updateStep<U extends StepUpdate>(workspace: string, executionId: string, change: StepChange<U>): Promise<CallerReply>;
  /** False when it had already ended. */
  cancel(workspace: string, executionId: string, reason: string | null): Promise<boolean>;
}

export function executionChanges(client: Client, taskQueue: string): ExecutionChanges {
  const turns = createTurns();

  /** Reaches this execution only, and whichever of its runs is the newest; one that has ended is not found. */
  const changing = ({ workflowId, runId, firstRunId }: Place) =>
    firstRunId === undefined
      ? client.workflow.getHandle(workflowId, runId)
      : client.workflow.getHandle(workflowId, undefined, { firstExecutionRunId: firstRunId });

  /** The reply of the workflow, or null when it has closed or was never there. */
  async function updated<Reply>(place: Place, name: string, argument: object): Promise<Reply | NotApplied | null> {
    try {
      return await turns.take(place.workflowId, jsonBytes(outputIn(argument)), (updateId) =>
        changing(place).executeUpdate<Reply, [object]>(name, { args: [argument], updateId }),
      );
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      const refusal = refusalIn<NotApplied>(error);
      if (refusal) return refusal;
      throw error;
    }
  }

  /** What the workflow would refuse a change with, or null; also one that has closed answers. */
  async function judged(place: Place, executionId: string, { name, argument }: StepChange): Promise<NotApplied | null> {
    const { status } = await mustExist(client, place, executionId);
    try {
      return await handleOf(client, place).query<NotApplied | null, [StepUpdate, StepUpdateArguments[StepUpdate]]>(
        QUERY.judge,
        name,
        argument,
      );
    } catch (error) {
      if (!isNotReady(error) || isOpen(status) || (await hasRun(client, place))) throw error;
      return stepNotFound(argument.stepId);
    }
  }

  return {
    updateStep(workspace, executionId, { name, argument }) {
      return answered({ client, taskQueue }, async () => {
        const place = await placeOf(client, workspace, executionId);
        // Never sent: the answer of a workflow task repeats what the task was given, and one so large fails, again and again.
        const oversized = outputTooLarge(outputIn(argument));
        if (oversized) {
          return (await judged(place, executionId, { name, argument: { ...argument, output: null } })) ?? oversized;
        }
        const reply = await updated<CallerReply>(place, UPDATE[name], argument);
        // Closed, or never there: the same questions in the same order, asked of the run as it ended.
        return reply ?? (await judged(place, executionId, { name, argument })) ?? endedMeanwhile(name);
      });
    },

    cancel(workspace, executionId, reason) {
      return answered({ client, taskQueue }, async () => {
        const place = await placeOf(client, workspace, executionId);
        const reply = await updated<CancelReply>(place, UPDATE.cancelExecution, { reason });
        if (reply === null) await mustExist(client, place, executionId);
        return reply !== null && 'cancelled' in reply && reply.cancelled;
      });
    },
  };
}

const outputIn = (argument: object): JsonObject | null =>
  'output' in argument ? ((argument.output as JsonObject | undefined) ?? null) : null;

/** Terminated in Temporal while the step was open: the run itself has nothing against the request. */
function endedMeanwhile(name: StepUpdate): NotApplied {
  if (name === 'recordReviewerDecision' || name === 'recordAgentResolution') {
    return { kind: 'response-not-recorded', aggregatorStatus: 'pending', rejectionReason: 'already-terminal' };
  }
  const message = 'The execution was terminated in Temporal; nothing of it can be changed any more.';
  return { kind: 'refused', code: 'step-in-wrong-status', message };
}
