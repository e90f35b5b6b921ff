// The ExecutionView and its steps as schemas: what executions/get and list answer (contract 1).
import { z } from 'zod';

export const instant = z.int().meta({ description: 'Epoch milliseconds.' });

/** Why a step or an execution failed: a code for programs, a message for people. */
const failure = z.strictObject({ code: z.string(), message: z.string() });

export const stepViewSchema = z
  .strictObject({
    stepId: z.string(),
    nodeId: z.string(),
    nodeType: z.enum(['agent', 'human', 'webhook', 'notification']),
    status: z.enum(['pending', 'running', 'waiting', 'completed', 'failed', 'skipped', 'cancelled', 'breached']),
    groupId: z.string().nullable(),
    startedAt: instant.nullable(),
    completedAt: instant.nullable(),
    output: z.record(z.string(), z.unknown()).nullable(),
    error: failure.nullable(),
  })
  .meta({ id: 'StepView' });

export const executionStatusSchema = z.enum(['pending', 'running', 'completed', 'failed', 'cancelled']);

export const executionViewSchema = z
  .strictObject({
    executionId: z.string(),
    status: executionStatusSchema,
    startedAt: instant,
    completedAt: instant.nullable(),
    cancelledAt: instant.nullable(),
    definitionId: z.string(),
    definitionVersion: z.int().min(1),
    correlationId: z.string(),
    idempotencyKey: z.string(),
    failureReason: failure.nullable(),
    steps: z.array(stepViewSchema),
  })
  .meta({ id: 'ExecutionView' });
