// POST /v1/workflows/{workflowId}/executions: starts an execution, once per key (seed flowker-execute-workflow).
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { assertNever, type JsonObject } from '../../definition/json';
import { LIMITS } from '../../definition/limits';
import { freeForm } from '../../definition/schema-parts';
import { WEBHOOK_AUTH_RULE } from '../../dispatch/webhook-tokens';
import { isOpen } from '../../temporal/described-run';
import { DIALECT_KEY_DIGITS, dialectIdOf, dialectKeyOf, executionIdOf } from '../../workflows/contract/ids';
import type { DialectOperation } from '../dialect';
import type { Call } from '../endpoint';
import { ApiError } from '../errors';
import { type DispatchDependencies, dispatch, INPUT_TOO_LARGE, type Obstacle } from '../executions/dispatching';
import type { ExecutionRecord } from '../executions/presentation';
import { headerText } from '../header-text';
import { jsonOf, readBytes } from '../json-body';
import { countOutcomeOf } from '../outcomes';
import { FlowkerError } from './errors';
import { type FlowkerStatus, rfc3339, STATUSES, statusOf } from './execution-view';
import { workflowIdOf } from './workflow-id';

const inputSchema = z
  .object({ inputData: freeForm.meta({ description: 'The triggerContext.' }) })
  .meta({ id: 'ExecuteWorkflowInput' });

const createdSchema = z
  .strictObject({
    executionId: z.string().meta({ format: 'uuid' }),
    workflowId: z.string(),
    status: z.enum(STATUSES),
    startedAt: z.string().meta({ format: 'date-time' }),
  })
  .meta({ id: 'ExecutionCreateOutput' });

const EXAMPLE = {
  executionId: 'f7e6d5c4-b3a2-8098-b654-321fedcba098',
  workflowId: 'a1b2c3d4-e5f6-7890-abcd-ef1234567890',
  status: 'pending',
  startedAt: '2026-03-17T14:35:00.000Z',
};

export const executeWorkflow = (dependencies: DispatchDependencies): DialectOperation => ({
  method: 'post',
  path: '/v1/workflows/{workflowId}/executions',
  operationId: 'executeWorkflow',
  summary: 'Execute a Workflow',
  description:
    'The key belongs to the workspace: whatever the body, and the workflow, its replay answers the first execution.',
  parameters: {
    path: z.object({ workflowId: z.string().meta({ description: 'A definitionId.' }) }),
    header: z.object({ 'Idempotency-Key': z.string().min(1).max(LIMITS.dialectKeyLengthMax) }),
  },
  body: {
    schema: inputSchema,
    example: {
      inputData: {
        transactionId: 'txn-98765',
        amount: 1500,
        currency: 'BRL',
        customerId: 'cust-12345',
        message: 'Payment received',
      },
    },
  },
  answers: {
    200: { description: 'The key has this execution.', body: createdSchema, example: EXAMPLE },
    201: { description: 'The execution was created.', body: createdSchema, example: EXAMPLE },
  },
  async handle(call, request, response) {
    // The order of the checks is the contract's.
    const bytes = await readBytes(request, response).catch(unlessTooLarge);
    const workflowId = workflowIdOf(String(request.params.workflowId));
    const inputData = inputDataOf(bytes);
    const idempotencyKey = keyOf(headerText(request.headers['idempotency-key']));
    const key = executionKey(call.workspace, idempotencyKey);
    call.note({ executionId: executionIdOf(key), definitionId: workflowId });
    const outcome = await dispatch(dependencies, call.workspace, {
      definitionId: workflowId,
      key,
      correlationId: `corr_${randomBytes(9).toString('hex')}`,
      triggerContext: inputData,
      dialect: { name: 'flowker', idempotencyKey, priority: 0 },
    });
    switch (outcome.kind) {
      case 'started':
        countOutcomeOf({ deduplicated: false });
        response.status(201).json(created(key, workflowId, { status: 'pending', startedAt: outcome.dispatchedAt }));
        return;
      case 'taken': {
        countOutcomeOf({ deduplicated: true });
        const { definitionId, dispatchedAt = outcome.record.startedAt } = outcome.record.memo;
        const status = await currentStatus(dependencies, call, { key, record: outcome.record });
        response.status(200).json(created(key, definitionId, { status, startedAt: dispatchedAt }));
        return;
      }
      case 'obstructed':
        throw refusalOf(outcome.obstacle, workflowId);
      default:
        assertNever(outcome);
    }
  },
});

/** A pure function of both: the same key names the same execution, in whichever process (contract 5 section 2). */
function executionKey(workspace: string, idempotencyKey: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(['flowker', workspace, idempotencyKey]))
    .digest('hex');
  return dialectKeyOf({ shared: digest, own: digest.slice(DIALECT_KEY_DIGITS.shared) });
}

function created(
  key: string,
  workflowId: string,
  { status, startedAt }: { readonly status: FlowkerStatus; readonly startedAt: number },
): z.input<typeof createdSchema> {
  return { executionId: dialectIdOf(executionIdOf(key)), workflowId, status, startedAt: rfc3339(startedAt) };
}

/** What else is wrong with a body is said after what is wrong with the path. */
function unlessTooLarge(error: unknown): ApiError {
  if (error instanceof ApiError && error.http !== 413) return new FlowkerError('FLK-0001', error.message);
  throw error;
}

function inputDataOf(bytes: Buffer | ApiError): JsonObject {
  if (bytes instanceof ApiError) throw bytes;
  const parsed = inputSchema.safeParse(jsonOf(bytes));
  if (parsed.success) return parsed.data.inputData;
  throw new FlowkerError('FLK-0001', 'The body must be an object with the object inputData.');
}

function keyOf(header: string | undefined): string {
  const length = [...(header ?? '')].length;
  if (header !== undefined && header.trim() !== '' && length <= LIMITS.dialectKeyLengthMax) return header;
  throw new FlowkerError(
    'FLK-0509',
    `The header Idempotency-Key must have 1 to ${LIMITS.dialectKeyLengthMax} characters.`,
  );
}

/** The execution's own; when no worker is there to tell of one that is open, it is running as far as anyone knows. */
async function currentStatus(
  { executions }: DispatchDependencies,
  { workspace }: Call,
  { key, record }: { readonly key: string; readonly record: ExecutionRecord },
): Promise<FlowkerStatus> {
  if (record.status === 'COMPLETED') return 'completed';
  if (!isOpen(record.status)) return 'failed';
  try {
    return statusOf((await executions.view(workspace, executionIdOf(key))).status);
  } catch (error) {
    const isSilent =
      error instanceof ApiError && (error.status === 'UNAVAILABLE' || error.status === 'DEADLINE_EXCEEDED');
    if (isSilent) return record.firstTask === 'waits' ? 'pending' : 'running';
    throw error;
  }
}

function refusalOf(obstacle: Obstacle, workflowId: string): FlowkerError {
  switch (obstacle.kind) {
    case 'not-found':
      return new FlowkerError('FLK-0100', `There is no workflow "${workflowId}".`);
    case 'tombstoned':
      return new FlowkerError('FLK-0501', `The workflow "${workflowId}" was deleted and is not active.`);
    case 'scoped':
      return new FlowkerError(
        'FLK-0105',
        `The workflow "${workflowId}" is scoped to an organization or a document, and such cannot be started here; use executions/dispatch.`,
      );
    case 'input-too-large':
      return new FlowkerError('FLK-0105', INPUT_TOO_LARGE);
    case 'webhook-auth-invalid':
      return new FlowkerError('FLK-0105', `inputData.webhookAuth ${WEBHOOK_AUTH_RULE}.`);
    default:
      return assertNever(obstacle);
  }
}
