// Which agents there are, and what API and worker must know of each; the worker's registry runs them (activities/agents).
import type { TaskQueueAgent } from '../workflows/contract/execution';

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

export interface HttpAgentEntry {
  readonly kind: 'http';
  readonly agentId: string;
  readonly url: string;
  /** Signs each request, as webhooks are signed (docs/agents.md). */
  readonly secret: string;
  /** For the whole exchange, in milliseconds. */
  readonly timeoutMs: number;
}

/** For trying a graph (contract 2 section 2): what they do is known, so that nothing replaces them. */
export const MOCK_AGENT_IDS = ['__mock__', '__mock__:reject', '__mock__:fail'] as const;
/** The two of the seed's example, which may be replaced, and the mocks. All of them are quick. */
export const BUILT_IN_AGENTS = ['copy-agent-v1', 'publish-agent-v1', ...MOCK_AGENT_IDS] as const;
export type BuiltInAgent = (typeof BUILT_IN_AGENTS)[number];

/** What the API must know of the agents: which there are, which are quick, and which other workers run. */
export interface AgentDirectory {
  readonly registered: ReadonlySet<string>;
  readonly quick: ReadonlySet<string>;
  readonly elsewhere: ReadonlyMap<string, TaskQueueAgent>;
}

export function agentDirectory(entries: readonly AgentEntry[]): AgentDirectory {
  const quick = new Set<string>(BUILT_IN_AGENTS);
  const elsewhere = new Map<string, TaskQueueAgent>();
  for (const entry of entries) {
    if (entry.kind === 'module' && entry.quick) quick.add(entry.agentId);
    else quick.delete(entry.agentId);
    if (entry.kind !== 'taskQueue') continue;
    const { agentId, taskQueue, activity } = entry;
    elsewhere.set(agentId, { agentId, taskQueue, activity });
  }
  return { registered: new Set([...BUILT_IN_AGENTS, ...entries.map((entry) => entry.agentId)]), quick, elsewhere };
}
