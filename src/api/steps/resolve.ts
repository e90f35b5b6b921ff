// steps/resolve: ends a step over its head (contract 1).
import { z } from 'zod';
import { LIMITS } from '../../definition/limits';
import { absentAs, freeForm } from '../../definition/schema-parts';
import { OVERRIDE_ACTIONS } from '../../engine/run';
import { endpoint } from '../endpoint';
import { EXAMPLE_STEP } from '../examples';
import type { ExecutionGateway } from '../executions/gateway';
import { assertEnded } from './reply';
import { actorId, reason, stepFields } from './step-fields';

const action = z.enum(OVERRIDE_ACTIONS);

const data = z.strictObject({
  ...stepFields,
  action,
  actorId,
  output: absentAs(freeForm, null),
  reason: reason(LIMITS.decisionReasonLengthMax),
});

const result = z.strictObject({ resolved: z.literal(true), executionId: z.string(), stepId: z.string(), action });

export const resolveStep = ({ executions }: { readonly executions: ExecutionGateway }) =>
  endpoint({
    path: 'steps/resolve',
    summary: 'Override a step',
    description:
      'Ends a waiting step as approved or rejected, or a running or waiting one as completed or failed with your output. The reviewer actions are for the reviewers of a human step; they end it at once, whatever the others would say. On an approve or reject your output is kept, except for what the engine itself says of the decision.',
    data,
    result,
    errors: ['NOT_FOUND', 'FAILED_PRECONDITION', 'DEADLINE_EXCEEDED'],
    examples: [
      {
        summary: 'Approve on behalf of someone who is away',
        data: { ...EXAMPLE_STEP, action: 'force-approve', actorId: 'u_lead_01', reason: 'on leave' },
        result: { resolved: true, ...EXAMPLE_STEP, action: 'force-approve' },
      },
    ],
    async handle({ workspace, note }, { executionId, ...argument }) {
      const { stepId } = argument;
      note({ executionId, stepId, action: argument.action });
      assertEnded(await executions.updateStep(workspace, executionId, { name: 'resolveStep', argument }));
      return { resolved: true as const, executionId, stepId, action: argument.action };
    },
  });
