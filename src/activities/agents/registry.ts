// Which agents a worker can run: the built-in ones, the two examples of the seed, and those of AGENTS_FILE.
import { pathToFileURL } from 'node:url';
import type { ModuleAgent } from './agent';
import { copyAgent } from './copy-agent';
import { MOCK_AGENTS } from './mock-agent';
import { publishAgent } from './publish-agent';

/** A module agent as the operator configures it (contract 6, AGENTS_FILE). */
export interface AgentEntry {
  readonly agentId: string;
  /** Absolute path of a JavaScript module whose default export, or `agent`, is the function. */
  readonly modulePath: string;
  /** Ends within a few seconds, so that it may run as a local activity. */
  readonly quick: boolean;
}

export interface AgentRegistry {
  find(agentId: string): ModuleAgent | null;
}

const EXAMPLES: ReadonlyMap<string, ModuleAgent> = new Map([
  ['copy-agent-v1', copyAgent],
  ['publish-agent-v1', publishAgent],
]);

/** Loads every module at once, so that a bad one stops the start; an entry replaces an example of the same id. */
export async function loadAgents(entries: readonly AgentEntry[]): Promise<AgentRegistry> {
  const agents = new Map<string, ModuleAgent>([...EXAMPLES, ...MOCK_AGENTS]);
  for (const entry of entries) agents.set(entry.agentId, await loadModule(entry));
  return { find: (agentId) => agents.get(agentId) ?? null };
}

/** Ids of all agents that exist with these entries, and of those that are quick. */
export function agentIds(entries: readonly AgentEntry[]): {
  registered: ReadonlySet<string>;
  quick: ReadonlySet<string>;
} {
  const builtIn = [...EXAMPLES.keys(), ...MOCK_AGENTS.keys()];
  const quick = new Set(builtIn);
  for (const entry of entries) {
    if (entry.quick) quick.add(entry.agentId);
    else quick.delete(entry.agentId);
  }
  return { registered: new Set([...builtIn, ...entries.map((entry) => entry.agentId)]), quick };
}

async function loadModule({ agentId, modulePath }: AgentEntry): Promise<ModuleAgent> {
  const loaded = (await import(pathToFileURL(modulePath).href)) as Record<string, unknown>;
  const nested = loaded.default as Record<string, unknown> | undefined;
  for (const candidate of [loaded.default, loaded.agent, nested?.default, nested?.agent]) {
    if (typeof candidate === 'function') return candidate as ModuleAgent;
  }
  throw new Error(`agent "${agentId}": ${modulePath} must export the agent's function as default or as "agent"`);
}
