// steps/reassign: passes an undecided reviewer's part to another person (contract 4 section 4).
import { z } from 'zod';
import { LIMITS } from '../../definition/limits';
import { identifier } from '../../definition/schema-parts';
import { endpoint } from '../endpoint';
import { EXAMPLE_STEP } from '../examples';
import type { ExecutionGateway } from '../executions/gateway';
import { isReassignedAlready } from './reply';
import { actorId, reason, stepFields } from './step-fields';

const data = z.strictObject({
  ...stepFields,
  fromReviewerId: z
    .string()
    .min(1)
    .max(LIMITS.userIdLengthMax)
    .meta({ description: 'A reviewer who has not decided.' }),
  toReviewerId: identifier(LIMITS.userIdLengthMax).meta({ description: 'Anyone who is no reviewer of the step yet.' }),
  actorId,
  reason: reason(LIMITS.decisionReasonLengthMax),
});

const result = z.strictObject({
  reassigned: z.literal(true),
  deduplicated: z.boolean().meta({ description: 'Whether an earlier call had done the very same already.' }),
  executionId: z.string(),
  stepId: z.string(),
});

export const reassignReviewer = ({ executions }: { readonly executions: ExecutionGateway }) =>
  endpoint({
    path: 'steps/reassign',
    summary: "Pass a reviewer's part to another",
    description:
      'On a human step that waits, another person takes the place of a reviewer who has not decided, mandatory or not as they were. From then on the step waits for them; the one who passed it on has no say any more.',
    data,
    result,
    errors: ['NOT_FOUND', 'FAILED_PRECONDITION', 'DEADLINE_EXCEEDED'],
    examples: [
      {
        summary: 'A colleague takes over',
        data: {
          ...EXAMPLE_STEP,
          fromReviewerId: 'u_legal_01',
          toReviewerId: 'u_legal_02',
          actorId: 'u_legal_01',
          reason: 'on leave until Monday',
        },
        result: { reassigned: true, deduplicated: false, ...EXAMPLE_STEP },
      },
    ],
    async handle({ workspace, note }, { executionId, ...argument }) {
      const { stepId } = argument;
      note({ executionId, stepId });
      const reply = await executions.updateStep(workspace, executionId, { name: 'reassignReviewer', argument });
      return { reassigned: true as const, deduplicated: isReassignedAlready(reply), executionId, stepId };
    },
  });
