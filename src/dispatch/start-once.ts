// Starts an execution of a definition, once per key: what callers, schedules and inbound webhooks share.
import type { AgentDirectory } from '../activities/agents/registry';
import type { DefinitionNode, DefinitionScope, PinnedDefinition } from '../definition/definition';
import type { JsonObject } from '../definition/json';
import { RULES } from '../engine/advance';
import type { Sealer } from '../outbound/seal';
import { type ExecutionContext, executionIdOf, type Receiver } from '../workflows/contract';
import { type DefinitionLookup, pinned } from './record';

export interface DispatchOrder {
  readonly definitionId: string;
  /** The current one without it. */
  readonly version?: number | undefined;
  /** Of it the execution's ids are made. */
  readonly key: string;
  readonly correlationId: string;
  readonly triggerContext: JsonObject;
  readonly organizationId?: string | undefined;
  readonly documentId?: string | undefined;
  readonly folderId?: string | undefined;
  /** Where its events go; the secret in the clear. */
  readonly receiver?: { readonly url: string; readonly secret: string } | undefined;
}

/** Why no execution of the definition can be started. */
export type Obstacle =
  | { readonly kind: 'not-found' | 'tombstoned' }
  | { readonly kind: 'scoped'; readonly field: 'organizationId' | 'documentId'; readonly message: string };

export type StartOutcome =
  | { readonly kind: 'started' }
  /** The key has an execution already. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'obstructed'; readonly obstacle: Obstacle };

/** What the API and the worker each bring along: how they ask Temporal, and what they were configured with. */
export interface StartDependencies {
  readonly executions: {
    /** False when the key has an execution already, running or closed. */
    start(definition: PinnedDefinition, context: ExecutionContext): Promise<boolean>;
  };
  readonly sealer: Sealer;
  readonly agents: AgentDirectory;
  readonly stepsMax: number;
}

export interface DispatchDependencies extends StartDependencies {
  readonly definitions: {
    current(workspace: string, definitionId: string): Promise<DefinitionLookup>;
    version(workspace: string, definitionId: string, version: number): Promise<DefinitionLookup>;
  };
}

/** One read of the definition's head and one start. */
export async function startOnce(
  dependencies: DispatchDependencies,
  workspace: string,
  order: DispatchOrder,
): Promise<StartOutcome> {
  const { definitions } = dependencies;
  const { definitionId, version } = order;
  const found =
    version === undefined
      ? await definitions.current(workspace, definitionId)
      : await definitions.version(workspace, definitionId, version);
  return startFound(dependencies, workspace, { order, found });
}

/** For who has read the definition already. */
export async function startFound(
  dependencies: StartDependencies,
  workspace: string,
  { order, found }: { readonly order: DispatchOrder; readonly found: DefinitionLookup },
): Promise<StartOutcome> {
  if (found.kind !== 'found') return { kind: 'obstructed', obstacle: { kind: found.kind } };
  const obstacle = scopeObstacle(order, found.record.draft.scope);
  if (obstacle) return { kind: 'obstructed', obstacle };
  const definition = pinned(found.record);
  const own = sealedReceiver(order, dependencies.sealer, { workspace, executionId: executionIdOf(order.key) });
  // The execution's own receiver wins.
  const receiver = own ?? found.record.receiver;
  const context = contextOf(dependencies, workspace, { order, receiver, nodes: definition.nodes });
  return { kind: (await dependencies.executions.start(definition, context)) ? 'started' : 'taken' };
}

function contextOf(
  { agents, stepsMax }: StartDependencies,
  workspace: string,
  {
    order,
    receiver,
    nodes,
  }: { readonly order: DispatchOrder; readonly receiver: Receiver | null; readonly nodes: readonly DefinitionNode[] },
): ExecutionContext {
  const { key, correlationId, triggerContext, organizationId, documentId, folderId } = order;
  const executionId = executionIdOf(key);
  return {
    executionId,
    workspace,
    correlationId,
    idempotencyKey: key,
    triggerContext,
    stepsMax,
    organizationId: organizationId ?? null,
    documentId: documentId ?? null,
    folderId: folderId ?? null,
    receiver,
    rules: RULES,
    ...agentRoutes(nodes, agents),
  };
}

/** What the scope names must be said again, and the same (contract 1). */
function scopeObstacle(order: DispatchOrder, scope: DefinitionScope): Obstacle | null {
  for (const field of ['organizationId', 'documentId'] as const) {
    const wanted = scope[field];
    const isScoped = field === 'organizationId' ? scope.level !== 'apiKey' : scope.level === 'document';
    if (!isScoped || order[field] === wanted) continue;
    const message =
      order[field] === undefined
        ? `${field} is required: the definition is scoped to ${scope.level} level`
        : `${field} is not the one that the definition is scoped to`;
    return { kind: 'scoped', field, message };
  }
  return null;
}

/** The secret is sealed for this execution before it enters Temporal. */
function sealedReceiver(
  { receiver }: DispatchOrder,
  sealer: Sealer,
  { workspace, executionId }: { readonly workspace: string; readonly executionId: string },
): Receiver | null {
  if (receiver === undefined) return null;
  const sealedSecret = sealer.seal(receiver.secret, { workspace, kind: 'execution', id: executionId });
  return { url: receiver.url, sealedSecret, sealedFor: 'execution', eventTypes: null };
}

/** How the agents of a definition run, as registered now: it stays so for this execution. */
function agentRoutes(
  nodes: readonly DefinitionNode[],
  { quick, elsewhere }: AgentDirectory,
): Pick<ExecutionContext, 'quickAgents' | 'taskQueueAgents'> {
  const used = [...new Set(nodes.flatMap((node) => (node.type === 'agent' ? [node.config.agentId] : [])))];
  return {
    quickAgents: used.filter((agentId) => quick.has(agentId)),
    taskQueueAgents: used.flatMap((agentId) => elsewhere.get(agentId) ?? []),
  };
}
