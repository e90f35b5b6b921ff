// Which agents a worker can run: the built-in ones, the two examples of the seed, and those of AGENTS_FILE.
import { pathToFileURL } from 'node:url';
import type { TaskQueueAgent } from '../../workflows/contract';
import type { ModuleAgent } from './agent';
import { copyAgent } from './copy-agent';
import { type HttpAgentEntry, httpAgent } from './http-agent';
import { MOCK_AGENTS } from './mock-agent';
import { publishAgent } from './publish-agent';

/** An agent as the operator configures it (contract 6, AGENTS_FILE). */
export type AgentEntry = ModuleAgentEntry | HttpAgentEntry | TaskQueueAgentEntry;

/** An activity of this name on another task queue: it is another worker's to run. */
export interface TaskQueueAgentEntry extends TaskQueueAgent {
  readonly kind: 'taskQueue';
}

export interface ModuleAgentEntry {
  readonly kind: 'module';
  readonly agentId: string;
  /** Absolute path of a JavaScript module whose default export, or `agent`, is the function. */
  readonly modulePath: string;
  /** Ends well within 1.5 seconds, so that it may run as a local activity (docs/agents.md). */
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
  for (const entry of entries) {
    if (entry.kind === 'module') agents.set(entry.agentId, await loadModule(entry));
    else if (entry.kind === 'http') agents.set(entry.agentId, httpAgent(entry));
    else agents.delete(entry.agentId);
  }
  return { find: (agentId) => agents.get(agentId) ?? null };
}

/** What the API must know of the agents: which there are, which are quick, and which other workers run. */
export interface AgentDirectory {
  readonly registered: ReadonlySet<string>;
  readonly quick: ReadonlySet<string>;
  readonly elsewhere: ReadonlyMap<string, TaskQueueAgent>;
}

export function agentDirectory(entries: readonly AgentEntry[]): AgentDirectory {
  const builtIn = [...EXAMPLES.keys(), ...MOCK_AGENTS.keys()];
  const quick = new Set(builtIn);
  const elsewhere = new Map<string, TaskQueueAgent>();
  for (const entry of entries) {
    if (entry.kind === 'module' && entry.quick) quick.add(entry.agentId);
    else quick.delete(entry.agentId);
    if (entry.kind !== 'taskQueue') continue;
    const { agentId, taskQueue, activity } = entry;
    elsewhere.set(agentId, { agentId, taskQueue, activity });
  }
  return { registered: new Set([...builtIn, ...entries.map((entry) => entry.agentId)]), quick, elsewhere };
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
