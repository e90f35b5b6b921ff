// Starts executions: what the approval API and the dialects share. Who asks, and in which words, is theirs.
import type { AgentDirectory } from '../../activities/agents/registry';
import type { DefinitionNode, DefinitionScope } from '../../definition/definition';
import { type Json, type JsonObject, jsonBytes } from '../../definition/json';
import { LIMITS } from '../../definition/limits';
import { RULES } from '../../engine/advance';
import type { Sealer } from '../../outbound/seal';
import { type DialectStart, type ExecutionContext, executionIdOf, type Receiver } from '../../workflows/contract';
import { pinned } from '../definitions/record';
import type { DefinitionLookup, DefinitionStore } from '../definitions/store';
import { ApiError } from '../errors';
import type { ExecutionGateway } from './gateway';
import type { ExecutionRecord } from './presentation';
import type { StartOptions } from './start';
import { sealedTokens, withoutWebhookAuth } from './webhook-auth';

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
  | { readonly kind: 'not-found' | 'tombstoned' | 'input-too-large' }
  | { readonly kind: 'scoped'; readonly field: 'organizationId' | 'documentId'; readonly message: string };

export type DispatchOutcome =
  | { readonly kind: 'started'; readonly dispatchedAt: number }
  /** The key has an execution. It wins over the obstacle, if there is one (contract 1, executions/dispatch). */
  | { readonly kind: 'taken'; readonly record: ExecutionRecord; readonly obstacle: Obstacle | null }
  | { readonly kind: 'obstructed'; readonly obstacle: Obstacle };

export interface DispatchDependencies {
  readonly definitions: DefinitionStore;
  readonly executions: ExecutionGateway;
  readonly sealer: Sealer;
  readonly agents: AgentDirectory;
  readonly stepsMax: number;
}

/** One read of the definition's head and one start; a third call only when there is an execution already. */
export async function dispatch(
  dependencies: DispatchDependencies,
  workspace: string,
  order: DispatchOrder,
): Promise<DispatchOutcome> {
  const { definitions, executions } = dependencies;
  const { key, priorityKey, mayRepeat } = order;
  const { found, obstacle } = await lookUpDefinition(definitions, workspace, order);
  if (found.kind === 'found' && !obstacle) {
    const definition = pinned(found.record);
    const context = contextOf(dependencies, workspace, {
      order,
      nodes: definition.nodes,
      fallback: found.record.receiver,
    });
    const started = await executions.start(definition, context, {
      ...(priorityKey === undefined ? {} : { priorityKey }),
      ...(mayRepeat === undefined ? {} : { mayRepeat }),
    });
    if (started) return { kind: 'started', ...started };
  }
  const record = await executions.lookUp(workspace, key);
  if (record) return { kind: 'taken', record, obstacle };
  if (obstacle) return { kind: 'obstructed', obstacle };
  throw new ApiError('UNAVAILABLE', 'An execution with this key has just been removed; try again.');
}

/** Why this order could not be dispatched now, or null: what a replay that is known without asking is still judged by. */
export async function obstacleTo(
  { definitions }: Pick<DispatchDependencies, 'definitions'>,
  workspace: string,
  order: DispatchOrder,
): Promise<Obstacle | null> {
  return (await lookUpDefinition(definitions, workspace, order)).obstacle;
}

async function lookUpDefinition(
  definitions: DefinitionStore,
  workspace: string,
  order: DispatchOrder,
): Promise<{ readonly found: DefinitionLookup; readonly obstacle: Obstacle | null }> {
  const { definitionId, version } = order;
  const found =
    version === undefined
      ? await definitions.current(workspace, definitionId)
      : await definitions.version(workspace, definitionId, version);
  if (found.kind !== 'found') return { found, obstacle: { kind: found.kind } };
  return { found, obstacle: scopeObstacle(order, found.record.draft.scope) ?? sizeObstacle(order) };
}

interface Pinned {
  readonly order: DispatchOrder;
  readonly nodes: readonly DefinitionNode[];
  /** The definition's own receiver; that of the order wins. */
  readonly fallback: Receiver | null;
}

function contextOf(
  { sealer, agents, stepsMax }: DispatchDependencies,
  workspace: string,
  { order, nodes, fallback }: Pinned,
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
    receiver: sealedReceiver(order, sealer, { workspace, executionId }) ?? fallback,
    webhookTokens: sealedTokens(nodes, tokens, { sealer, workspace, executionId }),
    rules: RULES,
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

export const INPUT_TOO_LARGE = `The input takes more than ${LIMITS.triggerContextBytesMax} bytes when it is written out.`;

/** A number such as 1E20 grows when it is written out, so a body within its bound can become too large for Temporal. */
function sizeObstacle({ triggerContext }: DispatchOrder): Obstacle | null {
  return jsonBytes(triggerContext as Json) > LIMITS.triggerContextBytesMax ? { kind: 'input-too-large' } : null;
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
