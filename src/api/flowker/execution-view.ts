// An execution, and what its steps came to, as Flowker shows them (contract 5 section 2).
import { z } from 'zod';
import { assertNever } from '../../definition/json';
import type { ExecutionStatus, StepStatus } from '../../engine/run';
import type { ExecutionView, StepView } from '../../engine/view';
import { dialectIdOf } from '../../workflows/contract/ids';
import type { Shown } from '../endpoint';
import { finalOutputOf } from '../executions/final-output';
import type { Inspection } from '../executions/views';

export const STATUSES = ['pending', 'running', 'completed', 'failed'] as const;
export type FlowkerStatus = (typeof STATUSES)[number];

const instant = z.string().meta({ format: 'date-time' });
const output = z.record(z.string(), z.unknown());

export const executionSchema = z.strictObject({
  executionId: z.string(),
  workflowId: z.string(),
  status: z.enum(STATUSES).meta({ description: 'One that was cancelled has failed, and `errorMessage` says so.' }),
  currentStepNumber: z.int().min(0).meta({ description: 'How many of the steps have been reached.' }),
  totalSteps: z.int().min(1),
  startedAt: instant,
  completedAt: instant.optional(),
  errorMessage: z.string().optional(),
});

const stepResultSchema = z
  .strictObject({
    stepNumber: z.int().min(1),
    stepName: z.string(),
    nodeId: z.string(),
    status: z.enum(['completed', 'failed', 'skipped']),
    output: output.optional(),
    errorMessage: z.string().optional(),
    executedAt: instant,
    durationMs: z.int().min(0),
  })
  .meta({ id: 'StepResult' });

export const resultsSchema = executionSchema.extend({
  stepResults: z.array(stepResultSchema),
  finalOutput: output.optional().meta({ description: 'Of the step that ended last, when the execution completed.' }),
});

type Execution = z.input<typeof executionSchema>;
type StepResult = Shown<z.input<typeof stepResultSchema>>;

export function executionOf({ view, definition, dispatchedAt }: Inspection): Execution {
  const endedAt = view.completedAt ?? view.cancelledAt;
  const error = errorOf(view);
  const reached = new Set(view.steps.filter(({ startedAt }) => startedAt !== null).map(({ nodeId }) => nodeId));
  return {
    executionId: dialectIdOf(view.executionId),
    workflowId: view.definitionId,
    status: statusOf(view.status),
    currentStepNumber: reached.size,
    totalSteps: definition.nodes.length,
    startedAt: rfc3339(dispatchedAt),
    ...(endedAt === null ? {} : { completedAt: rfc3339(endedAt) }),
    ...(error === null ? {} : { errorMessage: error }),
  };
}

export function resultsOf(inspection: Inspection): Shown<z.input<typeof resultsSchema>> {
  const { view, definition } = inspection;
  const names = new Map(definition.nodes.map(({ nodeId, name }) => [nodeId, name ?? nodeId]));
  const finalOutput = finalOutputOf(view);
  return {
    ...executionOf(inspection),
    stepResults: view.steps.map((step, index) => stepResult(step, index, names.get(step.nodeId) ?? step.nodeId, view)),
    ...(finalOutput === null ? {} : { finalOutput }),
  };
}

export const rfc3339 = (millis: number): string => new Date(millis).toISOString();

export function statusOf(status: ExecutionStatus): FlowkerStatus {
  return status === 'cancelled' ? 'failed' : status;
}

function errorOf({ status, failureReason, cancelReason }: Inspection['view']): string | null {
  if (status !== 'cancelled') return failureReason?.message ?? null;
  return cancelReason === null ? 'The execution was cancelled.' : `The execution was cancelled: ${cancelReason}`;
}

function stepResult(step: StepView, index: number, stepName: string, view: ExecutionView): StepResult {
  const { nodeId, status, output: said, error } = step;
  const startedAt = step.startedAt ?? step.completedAt ?? view.startedAt;
  const message = status === 'breached' ? 'The step passed its time limit.' : error?.message;
  return {
    stepNumber: index + 1,
    stepName,
    nodeId,
    status: stepStatusOf(status),
    ...(said === null ? {} : { output: said }),
    ...(message === undefined ? {} : { errorMessage: message }),
    executedAt: rfc3339(startedAt),
    durationMs: Math.max(0, (step.completedAt ?? startedAt) - startedAt),
  };
}

/** Of an execution that has ended; one that was ended in Temporal may have left steps open. */
function stepStatusOf(status: StepStatus): StepResult['status'] {
  switch (status) {
    case 'completed':
      return 'completed';
    case 'failed':
    case 'breached':
      return 'failed';
    case 'cancelled':
    case 'skipped':
    case 'pending':
    case 'running':
    case 'waiting':
      return 'skipped';
    default:
      return assertNever(status);
  }
}
