// Which agents a worker can run: the built-in ones, the two examples of the seed, and those of AGENTS_FILE.
import { pathToFileURL } from 'node:url';
import type { AgentEntry, BuiltInAgent, ModuleAgentEntry, TaskQueueAgentEntry } from '../../config/agent-directory';
import { FinalAgentError, type ModuleAgent } from './agent';
import { copyAgent } from './copy-agent';
import { httpAgent } from './http-agent';
import { MOCK_AGENTS } from './mock-agent';
import { publishAgent } from './publish-agent';

export interface AgentRegistry {
  find(agentId: string): ModuleAgent | null;
}

const BUILT_IN: Readonly<Record<BuiltInAgent, ModuleAgent>> = {
  'copy-agent-v1': copyAgent,
  'publish-agent-v1': publishAgent,
  ...MOCK_AGENTS,
};

/** Loads every module at once, so that a bad one stops the start; an entry replaces an example of the same id. */
export async function loadAgents(entries: readonly AgentEntry[]): Promise<AgentRegistry> {
  const agents = new Map<string, ModuleAgent>(Object.entries(BUILT_IN));
  for (const entry of entries) {
    if (entry.kind === 'module') agents.set(entry.agentId, await loadModule(entry));
    else if (entry.kind === 'http') agents.set(entry.agentId, httpAgent(entry));
    else agents.set(entry.agentId, movedAgent(entry));
  }
  return { find: (agentId) => agents.get(agentId) ?? null };
}

/** Of executions that were dispatched while the agent was one of this worker's: theirs calls it here (docs/agents.md). */
function movedAgent({ agentId, taskQueue }: TaskQueueAgentEntry): ModuleAgent {
  return () => {
    throw new FinalAgentError(
      `Agent "${agentId}" was a worker's own when this execution was dispatched, and AGENTS_FILE has it on the task queue "${taskQueue}" now; give an agent that moves a new id.`,
    );
  };
}

async function loadModule({ agentId, modulePath }: ModuleAgentEntry): Promise<ModuleAgent> {
  const loaded = await importModule(modulePath).catch((error: unknown) => {
    const [line = ''] = String(error).split('\n');
    throw new Error(`agent "${agentId}": ${modulePath} does not load: ${line}`, { cause: error });
  });
  const nested = loaded.default as Record<string, unknown> | undefined;
  for (const candidate of [loaded.default, loaded.agent, nested?.default, nested?.agent]) {
    if (typeof candidate === 'function') return candidate as ModuleAgent;
  }
  throw new Error(`agent "${agentId}": ${modulePath} must export the agent's function as default or as "agent"`);
}

const importModule = async (path: string): Promise<Record<string, unknown>> => import(pathToFileURL(path).href);
