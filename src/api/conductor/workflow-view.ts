// An execution as Conductor shows a workflow, and its steps as tasks (contract 5 section 1).
import { z } from 'zod';
import { assertNever, type JsonObject, jsonBytes } from '../../definition/json';
import { LIMITS } from '../../definition/limits';
import type { DetailedStepView } from '../../engine/detailed-view';
import type { ExecutionStatus, StepStatus } from '../../engine/run';
import type { ExecutionView } from '../../engine/view';
import { dialectIdOf } from '../../workflows/contract/ids';
import type { Shown } from '../endpoint';
import { finalOutputOf } from '../executions/final-output';
import type { Inspection } from '../executions/views';

const map = z.record(z.string(), z.unknown());
const instant = z.int().meta({ description: 'Epoch milliseconds; 0 is not set.' });

const workflowStatus = z.enum(['RUNNING', 'COMPLETED', 'FAILED', 'TERMINATED']);
const taskStatus = z.enum(['SCHEDULED', 'IN_PROGRESS', 'COMPLETED', 'FAILED', 'TIMED_OUT', 'CANCELED', 'SKIPPED']);

const taskSchema = z
  .strictObject({
    taskId: z.string().meta({ description: 'The stepId.' }),
    taskType: z.enum(['HUMAN', 'SIMPLE']),
    referenceTaskName: z.string().meta({ description: 'The nodeId.' }),
    status: taskStatus,
    inputData: map.meta({
      description: `Empty in every task that begins with the workflow's \`input\` where these would repeat more than ${LIMITS.taskInputsBytesMax / 1024 ** 2} MiB of it together, and in all others from where their inputs come to more than that.`,
    }),
    outputData: map,
    seq: z.int().min(1),
    iteration: z.int().min(1),
    startTime: instant,
    endTime: instant,
    workflowInstanceId: z.string(),
    reasonForIncompletion: z.string().optional(),
  })
  .meta({ id: 'Task' });

export const workflowSchema = z
  .strictObject({
    workflowId: z.string(),
    workflowName: z.string(),
    workflowVersion: z.int().min(1),
    status: workflowStatus,
    correlationId: z.string(),
    idempotencyKey: z.string().optional(),
    priority: z.int(),
    input: map,
    output: map.meta({ description: 'Of the step that ended last, once the workflow has completed.' }),
    tasks: z.array(taskSchema),
    createTime: instant,
    startTime: instant,
    updateTime: instant,
    endTime: instant,
    reasonForIncompletion: z.string().optional(),
  })
  .meta({ id: 'Workflow' });

export const workflowStatusSchema = z
  .strictObject({
    workflowId: z.string(),
    correlationId: z.string(),
    status: workflowStatus,
    output: map.optional(),
    variables: map.optional(),
  })
  .meta({ id: 'WorkflowStatus' });

export type Workflow = Shown<z.input<typeof workflowSchema>>;
type Task = Shown<z.input<typeof taskSchema>>;

export function workflowOf(inspection: Inspection, options: { readonly includeTasks: boolean }): Workflow {
  const { view, context, dispatchedAt } = inspection;
  const endTime = view.completedAt ?? view.cancelledAt ?? 0;
  const instants = view.steps.flatMap(({ startedAt, completedAt }) => [startedAt ?? 0, completedAt ?? 0]);
  const reason = view.failureReason?.message ?? view.cancelReason;
  const key = context.dialect ? context.dialect.idempotencyKey : view.idempotencyKey;
  return {
    workflowId: dialectIdOf(view.executionId),
    workflowName: view.definitionId,
    workflowVersion: view.definitionVersion,
    status: statusOf(view.status),
    correlationId: view.correlationId,
    ...(key === null ? {} : { idempotencyKey: key }),
    priority: context.dialect?.priority ?? 0,
    input: context.triggerContext,
    output: finalOutputOf(view) ?? {},
    tasks: options.includeTasks ? tasksOf(inspection) : [],
    createTime: dispatchedAt,
    startTime: view.startedAt,
    updateTime: Math.max(view.startedAt, endTime, ...instants),
    endTime,
    ...(reason === null ? {} : { reasonForIncompletion: reason }),
  };
}

export function workflowStatusOf(
  view: ExecutionView,
  { includeOutput, includeVariables }: { readonly includeOutput: boolean; readonly includeVariables: boolean },
): z.input<typeof workflowStatusSchema> {
  return {
    workflowId: dialectIdOf(view.executionId),
    correlationId: view.correlationId,
    status: statusOf(view.status),
    ...(includeOutput ? { output: { ...finalOutputOf(view) } } : {}),
    // There are none: what steps say to each other is their outputs.
    ...(includeVariables ? { variables: {} } : {}),
  };
}

export function statusOf(status: ExecutionStatus): z.output<typeof workflowStatus> {
  switch (status) {
    case 'pending':
    case 'running':
      return 'RUNNING';
    case 'completed':
      return 'COMPLETED';
    case 'failed':
      return 'FAILED';
    case 'cancelled':
      return 'TERMINATED';
    default:
      return assertNever(status);
  }
}

/** A hundred of them may begin with one and the same megabyte, be it the workflow's input or what tasks before them put out. */
function tasksOf({ view, context }: Inspection): readonly Task[] {
  const input = context.triggerContext;
  const begun = view.steps.filter((step) => step.input === null).length;
  const isRepeated = begun <= 1 || begun * jsonBytes(input) <= LIMITS.taskInputsBytesMax;
  let left = LIMITS.taskInputsBytesMax;
  const inputOf = ({ input: own }: DetailedStepView): JsonObject => {
    if (own === null) return isRepeated ? input : {};
    left -= jsonBytes(own);
    return left >= 0 ? own : {};
  };
  const workflowInstanceId = dialectIdOf(view.executionId);
  return view.steps.map((step, index) =>
    taskOf(step, { seq: index + 1, inputData: inputOf(step), workflowInstanceId }),
  );
}

function taskOf(step: DetailedStepView, own: Pick<Task, 'seq' | 'inputData' | 'workflowInstanceId'>): Task {
  const reason = step.status === 'breached' ? 'The step passed its time limit.' : step.error?.message;
  return {
    taskId: step.stepId,
    taskType: step.nodeType === 'human' ? 'HUMAN' : 'SIMPLE',
    referenceTaskName: step.nodeId,
    status: taskStatusOf(step.status),
    inputData: own.inputData,
    outputData: step.output ?? {},
    seq: own.seq,
    iteration: step.iteration,
    startTime: step.startedAt ?? 0,
    endTime: step.completedAt ?? 0,
    workflowInstanceId: own.workflowInstanceId,
    ...(reason === undefined ? {} : { reasonForIncompletion: reason }),
  };
}

function taskStatusOf(status: StepStatus): Task['status'] {
  switch (status) {
    case 'pending':
      return 'SCHEDULED';
    case 'running':
    case 'waiting':
      return 'IN_PROGRESS';
    case 'completed':
      return 'COMPLETED';
    case 'failed':
      return 'FAILED';
    case 'breached':
      return 'TIMED_OUT';
    case 'cancelled':
      return 'CANCELED';
    case 'skipped':
      return 'SKIPPED';
    default:
      return assertNever(status);
  }
}
