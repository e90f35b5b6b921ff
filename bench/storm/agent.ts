// The storm's agents as a worker loads them: a module that waits, and then does what the agent's id says.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ModuleAgent } from '../../src/activities/agents/agent';
import { agentOf, outcomeOf } from './agents';

const stormAgent: ModuleAgent = async ({ agentId, stepId, attempt }, { signal }) => {
  const agent = agentOf(agentId);
  await sleep(agent.ms, undefined, { signal });
  const outcome = outcomeOf(agent, stepId, attempt);
  if (outcome.kind === 'result') return outcome.result;
  throw Object.assign(new Error('the agent of the storm fails as planned'), { final: outcome.isFinal });
};

export default stormAgent;
