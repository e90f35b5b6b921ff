// What a team would write by hand for the seed's flow: draft, two approvals by Update, publish. Nothing is generic.
import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  defineQuery,
  defineUpdate,
  proxyActivities,
  setHandler,
} from '@temporalio/workflow';
import type * as activities from './activities';

const { draftCopy, publishCopy } = proxyActivities<typeof activities>({
  startToCloseTimeout: '10m',
  heartbeatTimeout: '5s',
  retry: { maximumAttempts: 3 },
});

export interface Decision {
  readonly stepId: string;
  readonly reviewerId: string;
  readonly decision: 'approve' | 'reject';
}
export interface State {
  readonly status: string;
  readonly steps: readonly { stepId: string; status: string; reviewerId?: string; output?: unknown }[];
}

export const decide = defineUpdate<{ recorded: boolean }, [Decision]>('decide');
export const view = defineQuery<State>('view');

const REVIEWERS: Record<string, string> = { 'human-legal': 'u_legal_01', 'human-brand': 'u_brand_01' };

export async function marketingCopyApproval(input: Record<string, unknown>): Promise<State> {
  let status = 'running';
  let draft: unknown;
  let published: unknown;
  const decisions = new Map<string, Decision>();

  const state = (): State => ({
    status,
    steps: [
      { stepId: 'agent-draft', status: draft ? 'completed' : 'running', output: draft },
      ...(draft ? Object.entries(REVIEWERS).map(([stepId, reviewerId]) => review(stepId, reviewerId)) : []),
      ...(published ? [{ stepId: 'agent-publish', status: 'completed', output: published }] : []),
    ],
  });
  const review = (stepId: string, reviewerId: string) => {
    const decision = decisions.get(stepId);
    return { stepId, reviewerId, status: decision ? 'completed' : 'waiting', output: decision };
  };

  setHandler(view, state);
  setHandler(
    decide,
    (decision) => {
      decisions.set(decision.stepId, decision);
      return { recorded: true };
    },
    {
      validator: ({ stepId, reviewerId }) => {
        const isOpen = draft && REVIEWERS[stepId] === reviewerId && !decisions.has(stepId);
        if (!isOpen) throw ApplicationFailure.nonRetryable('not waiting for this decision', 'refused');
      },
    },
  );

  draft = await draftCopy(input);
  await condition(() => decisions.size === 2);
  if ([...decisions.values()].some((decision) => decision.decision === 'reject')) {
    throw ApplicationFailure.nonRetryable('rejected', 'rejected');
  }
  published = await publishCopy({ draft, decisions: [...decisions.values()] });
  status = 'completed';
  await condition(allHandlersFinished);
  return state();
}
