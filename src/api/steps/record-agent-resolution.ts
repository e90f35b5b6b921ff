// steps/recordAgentResolution: someone resolves one response of a blocking agent (contract 1).
import { z } from 'zod';
import { LIMITS } from '../../definition/limits';
import { endpoint } from '../endpoint';
import { EXAMPLE_STEP } from '../examples';
import type { ExecutionGateway } from '../executions/gateway';
import { recordedAnswer, recordedSchema } from './reply';
import { actorId, reason, stepFields } from './step-fields';

const data = z.strictObject({
  ...stepFields,
  responseId: z.string().min(1).max(LIMITS.userIdLengthMax),
  resolution: z.enum(['resolved', 'rejected']),
  actorId,
  reason: reason(LIMITS.decisionReasonLengthMax),
});

export const recordAgentResolution = ({ executions }: { readonly executions: ExecutionGateway }) =>
  endpoint({
    path: 'steps/recordAgentResolution',
    summary: "Resolve one of a blocking agent's responses",
    description:
      'Idempotent for each response: the first resolution stands. `recorded: false` is no error: `rejectionReason` says why this one does not count.',
    data,
    result: recordedSchema,
    errors: ['NOT_FOUND', 'FAILED_PRECONDITION', 'DEADLINE_EXCEEDED'],
    examples: [
      {
        summary: 'One finding of an agent is settled',
        data: { ...EXAMPLE_STEP, responseId: 'finding-1', resolution: 'resolved', actorId: 'u_legal_01' },
        result: { recorded: true, aggregatorStatus: 'pending', resumeScheduled: false },
      },
    ],
    async handle({ workspace, note }, { executionId, ...argument }) {
      note({ executionId, stepId: argument.stepId });
      return recordedAnswer(
        await executions.updateStep(workspace, executionId, { name: 'recordAgentResolution', argument }),
      );
    },
  });
