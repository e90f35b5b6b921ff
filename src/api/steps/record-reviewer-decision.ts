// steps/recordReviewerDecision: one reviewer approves or rejects a waiting human step (contract 1).
import { z } from 'zod';
import { LIMITS } from '../../definition/limits';
import { endpoint } from '../endpoint';
import { EXAMPLE_STEP } from '../examples';
import type { ExecutionGateway } from '../executions/gateway';
import { recordedAnswer, recordedSchema } from './reply';
import { reason, stepFields } from './step-fields';

const data = z.strictObject({
  ...stepFields,
  reviewerId: z.string().min(1).max(LIMITS.userIdLengthMax),
  decision: z.enum(['approve', 'reject']),
  reason: reason(LIMITS.decisionReasonLengthMax),
});

export const recordReviewerDecision = ({ executions }: { readonly executions: ExecutionGateway }) =>
  endpoint({
    path: 'steps/recordReviewerDecision',
    summary: "Record a reviewer's decision",
    description:
      '`recorded: false` is no error: `rejectionReason` says why the decision does not count. When the answer says `recorded: true`, the decision survives any crash from then on.',
    data,
    result: recordedSchema,
    errors: ['NOT_FOUND', 'FAILED_PRECONDITION', 'DEADLINE_EXCEEDED'],
    examples: [
      {
        summary: 'An approval that ends the step',
        data: { ...EXAMPLE_STEP, reviewerId: 'u_legal_01', decision: 'approve' },
        result: { recorded: true, aggregatorStatus: 'resolved', resumeScheduled: true },
      },
    ],
    async handle({ workspace, note }, { executionId, ...argument }) {
      note({ executionId, stepId: argument.stepId });
      return recordedAnswer(
        await executions.updateStep(workspace, executionId, { name: 'recordReviewerDecision', argument }),
      );
    },
  });
