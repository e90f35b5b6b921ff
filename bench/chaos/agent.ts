// The agents of the chaos run, as a worker loads them: each call is written down before it succeeds or fails.
import { appendFileSync } from 'node:fs';
import { outcomeOf } from './definitions';

interface Request {
  readonly agentId: string;
  readonly executionId: string;
  readonly stepId: string;
  readonly idempotencyKey: string;
  readonly attempt: number;
}

export default async function chaosAgent(request: Request): Promise<object> {
  const { agentId, executionId, stepId, idempotencyKey, attempt } = request;
  const outcome = outcomeOf(agentId, executionId);
  const fails = outcome === 'fails-for-good' || (outcome === 'fails-once' && attempt === 1);
  const call = { kind: 'agent', at: Date.now(), agentId, executionId, stepId, idempotencyKey, attempt, fails };
  appendFileSync(process.env.CHAOS_AGENT_LOG ?? '', `${JSON.stringify(call)}\n`);
  if (!fails) return { done: stepId };
  throw Object.assign(new Error('the chaos agent fails as planned'), { final: outcome === 'fails-for-good' });
}
