// Starts an execution of a definition, once per key: what callers, schedules and inbound webhooks share.

import type { AgentDirectory } from '../config/agent-directory';
import type { DefinitionNode, DefinitionScope, PinnedDefinition } from '../definition/definition';
import { type Json, type JsonObject, jsonBytes } from '../definition/json';
import { LIMITS } from '../definition/limits';
import { RULES } from '../engine/advance';
import type { Sealer } from '../outbound/seal';
import type { DialectStart, ExecutionContext, Receiver } from '../workflows/contract/execution';
import { executionIdOf } from '../workflows/contract/ids';
import { REPLAY_RULES } from '../workflows/contract/replay-rules';
import { type DefinitionLookup, pinned } from './record';
import type { StartOptions } from './start-execution';
import { sealedTokens, withoutWebhookAuth } from './webhook-tokens';

export interface DispatchOrder extends StartOptions {
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
  readonly dialect?: DialectStart;
}

/** Why no execution of the definition can be started. */
export type Obstacle =
  | { readonly kind: 'not-found' | 'tombstoned' | 'input-too-large' | 'webhook-auth-invalid' }
  | { readonly kind: 'scoped'; readonly field: 'organizationId' | 'documentId'; readonly message: string };

export type StartOutcome =
  | { readonly kind: 'started'; readonly dispatchedAt: number }
  /** The key has an execution already. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'obstructed'; readonly obstacle: Obstacle };

/** What the API and the worker each bring along: how they ask Temporal, and what they were configured with. */
export interface StartDependencies {
  readonly executions: {
    /** Null when the key has an execution already. */
    start(
      definition: PinnedDefinition,
      context: ExecutionContext,
      options?: StartOptions,
    ): Promise<{ readonly dispatchedAt: number } | null>;
  };
  readonly sealer: Sealer;
  readonly agents: AgentDirectory;
  readonly stepsMax: number;
}

/** Starts an execution of a definition as it was found; one call. */
export async function startFound(
  dependencies: StartDependencies,
  workspace: string,
  { order, found }: { readonly order: DispatchOrder; readonly found: DefinitionLookup },
): Promise<StartOutcome> {
  if (found.kind !== 'found') return { kind: 'obstructed', obstacle: { kind: found.kind } };
  const obstacle = obstacleOf(order, found);
  if (obstacle) return { kind: 'obstructed', obstacle };
  const definition = pinned(found.record);
  const { sealer, executions } = dependencies;
  const { priorityKey, mayRepeat } = order;
  const own = sealedReceiver(order, sealer, { workspace, executionId: executionIdOf(order.key) });
  // The execution's own receiver wins.
  const receiver = own ?? found.record.receiver;
  const context = contextOf(dependencies, workspace, { order, receiver, nodes: definition.nodes });
  const started = await executions.start(definition, context, {
    ...(priorityKey === undefined ? {} : { priorityKey }),
    ...(mayRepeat === undefined ? {} : { mayRepeat }),
  });
  return started ? { kind: 'started', ...started } : { kind: 'taken' };
}

/** Why this order could not be dispatched, or null: a replay that is known without asking is judged by it all the same. */
export function obstacleOf(order: DispatchOrder, found: DefinitionLookup): Obstacle | null {
  if (found.kind !== 'found') return { kind: found.kind };
  const obstacle = scopeObstacle(order, found.record.draft.scope) ?? sizeObstacle(order);
  const isSound = withoutWebhookAuth(order.triggerContext).tokens !== null;
  return obstacle ?? (isSound ? null : { kind: 'webhook-auth-invalid' });
}

/** A number such as 1E20 grows when it is written out, so a body within its bound can become too large for Temporal. */
function sizeObstacle({ triggerContext }: DispatchOrder): Obstacle | null {
  return jsonBytes(triggerContext as Json) > LIMITS.triggerContextBytesMax ? { kind: 'input-too-large' } : null;
}

function contextOf(
  { agents, stepsMax, sealer }: StartDependencies,
  workspace: string,
  {
    order,
    receiver,
    nodes,
  }: { readonly order: DispatchOrder; readonly receiver: Receiver | null; readonly nodes: readonly DefinitionNode[] },
): ExecutionContext {
  const { key, correlationId, organizationId, documentId, folderId, dialect } = order;
  const executionId = executionIdOf(key);
  const { triggerContext, tokens } = withoutWebhookAuth(order.triggerContext);
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
    webhookTokens: sealedTokens(nodes, tokens, { sealer, workspace, executionId }),
    rules: RULES,
    ...REPLAY_RULES,
    ...agentRoutes(nodes, agents),
    ...(dialect ? { dialect } : {}),
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
