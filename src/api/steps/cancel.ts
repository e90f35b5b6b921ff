// steps/cancel: cancels one open step; no edge fires from it (contract 1).
import { z } from 'zod';
import { LIMITS } from '../../definition/limits';
import { endpoint } from '../endpoint';
import { EXAMPLE_STEP } from '../examples';
import type { ExecutionGateway } from '../executions/gateway';
import { assertEnded } from './reply';
import { actorId, reason, stepFields } from './step-fields';

const data = z.strictObject({ ...stepFields, actorId, reason: reason(LIMITS.cancelReasonLengthMax) });

const result = z.strictObject({ cancelled: z.literal(true), executionId: z.string(), stepId: z.string() });

export const cancelStep = ({ executions }: { readonly executions: ExecutionGateway }) =>
  endpoint({
    path: 'steps/cancel',
    summary: 'Cancel a step',
    description: 'No edge fires from a cancelled step. When every branch has ended so, the execution is cancelled.',
    data,
    result,
    errors: ['NOT_FOUND', 'FAILED_PRECONDITION', 'DEADLINE_EXCEEDED'],
    examples: [
      {
        summary: 'A review that is no longer needed',
        data: { ...EXAMPLE_STEP, actorId: 'u_lead_01', reason: 'no longer needed' },
        result: { cancelled: true, ...EXAMPLE_STEP },
      },
    ],
    async handle({ workspace, note }, { executionId, ...argument }) {
      const { stepId } = argument;
      note({ executionId, stepId });
      assertEnded(await executions.updateStep(workspace, executionId, { name: 'cancelStep', argument }));
      return { cancelled: true as const, executionId, stepId };
    },
  });
