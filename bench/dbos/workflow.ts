// What a team would write by hand for the seed's flow on DBOS Transact: draft, two approvals as messages, publish.
import { DBOS } from '@dbos-inc/dbos-sdk';
import { draftOf, publicationOf } from '../hand-written/copy';
import type { Decision, State } from '../hand-written/workflow';

interface Known {
  readonly status: string;
  readonly draft: unknown;
  readonly decisions: readonly Decision[];
  readonly published?: unknown;
}

export const REVIEWERS: Readonly<Record<string, string>> = { 'human-legal': 'u_legal_01', 'human-brand': 'u_brand_01' };
/** The event that says that the reviewers are waited for; its value is the draft. */
export const DRAFTED = 'draft';

/** Without one, `recv` gives up after a minute. */
const DECISION_SECONDS_MAX = 30 * 24 * 3_600;
const AGENT = { timeoutMS: 600_000, retriesAllowed: true, maxAttempts: 3 } as const;

export const marketingCopyApproval = DBOS.registerWorkflow(
  async (input: Record<string, unknown>): Promise<State> => {
    const draft = await DBOS.runStep(() => draftOf(input), { name: 'draftCopy', ...AGENT });
    await DBOS.setEvent(DRAFTED, draft);
    // In any order: each has a topic of its own, and all are waited for at once.
    const decisions = await Promise.all(Object.keys(REVIEWERS).map(received));
    if (decisions.some(({ decision }) => decision === 'reject')) throw new Error('rejected');
    const published = await DBOS.runStep(() => publicationOf(DBOS.workflowID ?? ''), { name: 'publishCopy', ...AGENT });
    return stateOf({ status: 'completed', draft, decisions, published });
  },
  { name: 'marketingCopyApproval' },
);

async function received(stepId: string): Promise<Decision> {
  const decision = await DBOS.recv<Decision>(stepId, { timeoutSeconds: DECISION_SECONDS_MAX });
  if (decision === null) throw new Error(`nobody decided on ${stepId}`);
  return decision;
}

/**
 * A decision is a small workflow of its own, under an id made from its step: it can be started once only, and what is
 * started is sent, whatever crashes. So the one insert that starts it makes the decision durable and tells a second
 * one, which a message alone does not: `DBOS.send` says nothing of messages with the same key.
 */
export const recordDecision = DBOS.registerWorkflow(
  (executionId: string, decision: Decision): Promise<void> => DBOS.send(executionId, decision, decision.stepId),
  { name: 'recordDecision' },
);

export const decisionIdOf = (executionId: string, stepId: string): string => `${executionId}/${stepId}`;

export function stateOf({ status, draft, decisions, published }: Known): State {
  const review = ([stepId, reviewerId]: readonly [string, string]) => {
    const decision = decisions.find((it) => it.stepId === stepId);
    return { stepId, reviewerId, status: decision ? 'completed' : 'waiting', output: decision };
  };
  return {
    status,
    steps: [
      { stepId: 'agent-draft', status: draft ? 'completed' : 'running', output: draft },
      ...(draft ? Object.entries(REVIEWERS).map(review) : []),
      ...(published ? [{ stepId: 'agent-publish', status: 'completed', output: published }] : []),
    ],
  };
}
