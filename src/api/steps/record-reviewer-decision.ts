// steps/recordReviewerDecision: one reviewer approves or rejects a waiting human step (contract 1).
import { z } from 'zod';
import { assertNever } from '../../definition/json';
import { LIMITS } from '../../definition/limits';
import { absentAs } from '../../definition/schema-parts';
import type { DecisionReply } from '../../engine/reply';
import { endpoint } from '../endpoint';
import { ApiError } from '../errors';
import type { ExecutionGateway } from '../executions/gateway';

const data = z.strictObject({
  executionId: z.string(),
  stepId: z.string().min(1).max(LIMITS.stepIdLengthMax),
  reviewerId: z.string().min(1).max(LIMITS.userIdLengthMax),
  decision: z.enum(['approve', 'reject']),
  reason: absentAs(z.string().max(LIMITS.decisionReasonLengthMax), null),
});

const aggregatorStatus = z.enum(['pending', 'resolved', 'rejected']).nullable();

const result = z.strictObject({
  recorded: z.boolean(),
  aggregatorStatus,
  resumeScheduled: z.boolean().meta({ description: 'Whether this decision ended the step.' }),
  rejectionReason: z.enum(['idempotent', 'already-terminal', 'unknown-responder']).optional(),
});

export const recordReviewerDecision = ({ executions }: { readonly executions: ExecutionGateway }) =>
  endpoint({
    path: 'steps/recordReviewerDecision',
    summary: "Record a reviewer's decision",
    description:
      '`recorded: false` is no error: `rejectionReason` says why the decision does not count. When the answer says `recorded: true`, the decision survives any crash from then on.',
    data,
    result,
    errors: ['NOT_FOUND', 'FAILED_PRECONDITION', 'DEADLINE_EXCEEDED'],
    async handle({ workspace, note }, { executionId, ...decision }) {
      note({ executionId, stepId: decision.stepId });
      return answerOf(await executions.decide(workspace, executionId, decision));
    },
  });

/** A product's "no" is data; what cannot apply to such a step is a refusal. */
function answerOf(reply: DecisionReply): z.output<typeof result> {
  switch (reply.kind) {
    case 'decision-recorded':
      return { recorded: true, aggregatorStatus: reply.aggregatorStatus, resumeScheduled: reply.resumeScheduled };
    case 'decision-not-recorded':
      return {
        recorded: false,
        aggregatorStatus: reply.aggregatorStatus,
        resumeScheduled: false,
        rejectionReason: reply.rejectionReason,
      };
    case 'refused':
      throw new ApiError(reply.code === 'step-not-found' ? 'NOT_FOUND' : 'FAILED_PRECONDITION', reply.message);
    default:
      return assertNever(reply);
  }
}
