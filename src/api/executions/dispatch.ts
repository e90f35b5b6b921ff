// executions/dispatch: starts an execution, once per idempotency key (contract 1).
import { randomBytes, randomInt } from 'node:crypto';
import { z } from 'zod';
import type { AgentDirectory } from '../../activities/agents/registry';
import type { DefinitionNode, DefinitionScope } from '../../definition/definition';
import { LIMITS } from '../../definition/limits';
import { absentAs, absentable, freeForm, identifier } from '../../definition/schema-parts';
import { RULES } from '../../engine/advance';
import { checkDestination, type OutboundAllow } from '../../outbound/destination';
import type { Sealer } from '../../outbound/seal';
import { type ExecutionContext, executionIdOf, type Receiver } from '../../workflows/contract';
import { pinned } from '../definitions/record';
import type { DefinitionLookup, DefinitionStore } from '../definitions/store';
import { endpoint } from '../endpoint';
import { ApiError } from '../errors';
import { EXAMPLE_DISPATCH, EXAMPLE_EXECUTION } from '../examples';
import type { ExecutionGateway } from './gateway';

const KEY_RULE = 'must be 1 to 200 of A-Z a-z 0-9 : _ - .';
const key = z.string().regex(LIMITS.keyPattern, KEY_RULE);
/** Executions of other dialects have keys of this form (contract 5): a caller's own must not look like one. */
const UUID_V8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

const data = z
  .strictObject({
    definitionId: z.string().min(1),
    version: absentable(z.int().min(1)),
    idempotencyKey: absentable(key.refine((value) => !UUID_V8.test(value), 'must not be a UUID of version 8')),
    correlationId: absentable(key),
    triggerContext: absentAs(freeForm, {}),
    organizationId: absentable(identifier(LIMITS.userIdLengthMax)),
    documentId: absentable(identifier(LIMITS.userIdLengthMax)),
    folderId: absentable(identifier(LIMITS.userIdLengthMax)),
    webhookUrl: absentable(z.string()),
    webhookSecret: absentable(z.string().min(LIMITS.webhookSecretLengthMin).max(LIMITS.webhookSecretLengthMax)),
  })
  .superRefine(({ webhookUrl, webhookSecret }, context) => {
    if ((webhookUrl === undefined) === (webhookSecret === undefined)) return;
    const missing = webhookUrl === undefined ? 'webhookUrl' : 'webhookSecret';
    context.addIssue({ code: 'custom', message: 'webhookUrl and webhookSecret come together', path: [missing] });
  });

type DispatchRequest = z.output<typeof data>;

interface Dependencies {
  readonly definitions: DefinitionStore;
  readonly executions: ExecutionGateway;
  readonly sealer: Sealer;
  readonly allow: OutboundAllow;
  readonly agents: AgentDirectory;
  readonly stepsMax: number;
}

export const dispatchExecution = (dependencies: Dependencies) =>
  endpoint({
    path: 'executions/dispatch',
    summary: 'Start an execution',
    description:
      'Starts an execution of the current version, or of `version`, once per `idempotencyKey`: a replay answers the original ids with `deduplicated: true`.',
    data,
    result: z.strictObject({ executionId: z.string(), correlationId: z.string(), deduplicated: z.boolean() }),
    errors: ['NOT_FOUND', 'ALREADY_EXISTS', 'FAILED_PRECONDITION', 'DEADLINE_EXCEEDED'],
    examples: [
      {
        summary: 'With an idempotency key and a webhook',
        data: {
          ...EXAMPLE_DISPATCH,
          webhookUrl: 'https://hooks.acme.com/velt/approvals',
          webhookSecret: 'whsec_9a8fS2lExampleSecret',
        },
        result: {
          executionId: EXAMPLE_EXECUTION.executionId,
          correlationId: EXAMPLE_DISPATCH.correlationId,
          deduplicated: false,
        },
      },
    ],
    async handle({ workspace, note }, request) {
      const { definitions, executions } = dependencies;
      const { definitionId } = request;
      const idempotencyKey = request.idempotencyKey ?? generatedKey();
      const correlationId = request.correlationId ?? `corr_${randomBytes(9).toString('hex')}`;
      const executionId = executionIdOf(idempotencyKey);
      note({ executionId, definitionId });
      assertUrlAllowed(request, dependencies.allow);

      const found = await lookUp(definitions, workspace, request);
      if (found.kind === 'found') assertScope(request, found.record.draft.scope);
      const known = executions.knownOrigin(workspace, idempotencyKey);
      if (found.kind === 'found' && !known) {
        // The execution's own receiver wins.
        const own = sealedReceiver(request, dependencies.sealer, { workspace, executionId });
        const receiver = own ?? found.record.receiver;
        const definition = pinned(found.record);
        const context: ExecutionContext = {
          executionId,
          workspace,
          correlationId,
          idempotencyKey,
          triggerContext: request.triggerContext,
          stepsMax: dependencies.stepsMax,
          organizationId: request.organizationId ?? null,
          documentId: request.documentId ?? null,
          folderId: request.folderId ?? null,
          receiver,
          rules: RULES,
          ...agentRoutes(definition.nodes, dependencies.agents),
        };
        if (await executions.start(definition, context)) return { executionId, correlationId, deduplicated: false };
      }
      // A replay wins over the definition's state.
      const replay = known ?? (await originOf(executions, workspace, idempotencyKey));
      if (!replay) throw unavailable(found, request);
      if (replay.definitionId !== definitionId) throw otherDefinition(idempotencyKey);
      return { executionId, correlationId: replay.correlationId, deduplicated: true };
    },
  });

const lookUp = (definitions: DefinitionStore, workspace: string, { definitionId, version }: DispatchRequest) =>
  version === undefined
    ? definitions.current(workspace, definitionId)
    : definitions.version(workspace, definitionId, version);

async function originOf(executions: ExecutionGateway, workspace: string, key: string) {
  const record = await executions.lookUp(workspace, key);
  return record?.memo ?? null;
}

/** `<epoch ms>_<8 base-36 characters>`. */
function generatedKey(): string {
  const characters = Array.from({ length: 8 }, () => randomInt(36).toString(36));
  return `${Date.now()}_${characters.join('')}`;
}

function assertUrlAllowed({ webhookUrl }: DispatchRequest, allow: OutboundAllow): void {
  if (webhookUrl === undefined) return;
  const checked = checkDestination(webhookUrl, allow);
  if (checked.ok) return;
  const issues = [{ code: 'custom', path: ['data', 'webhookUrl'], message: checked.message }];
  throw new ApiError('INVALID_ARGUMENT', checked.message, { details: { issues } });
}

/** What the scope names must be said again, and the same (contract 1). */
function assertScope(request: DispatchRequest, scope: DefinitionScope): void {
  for (const field of ['organizationId', 'documentId'] as const) {
    const wanted = scope[field];
    const isScoped = field === 'organizationId' ? scope.level !== 'apiKey' : scope.level === 'document';
    if (!isScoped || request[field] === wanted) continue;
    const message =
      request[field] === undefined
        ? `${field} is required: the definition is scoped to ${scope.level} level`
        : `${field} is not the one that the definition is scoped to`;
    throw new ApiError('INVALID_ARGUMENT', message, {
      details: { issues: [{ code: 'custom', path: ['data', field], message }] },
    });
  }
}

/** The secret is sealed for this execution before it enters Temporal. */
function sealedReceiver(
  { webhookUrl, webhookSecret }: DispatchRequest,
  sealer: Sealer,
  { workspace, executionId }: { workspace: string; executionId: string },
): Receiver | null {
  if (webhookUrl === undefined || webhookSecret === undefined) return null;
  const sealedSecret = sealer.seal(webhookSecret, { workspace, kind: 'execution', id: executionId });
  return { url: webhookUrl, sealedSecret, sealedFor: 'execution', eventTypes: null };
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

function unavailable(found: DefinitionLookup, { definitionId, version }: DispatchRequest): ApiError {
  if (found.kind === 'tombstoned') {
    return new ApiError(
      'FAILED_PRECONDITION',
      `The definition "${definitionId}" was deleted; no execution of it can start.`,
    );
  }
  const which = version === undefined ? '' : ` with version ${version}`;
  return new ApiError('NOT_FOUND', `There is no definition "${definitionId}"${which}.`);
}

function otherDefinition(idempotencyKey: string): ApiError {
  return new ApiError(
    'ALREADY_EXISTS',
    `The idempotencyKey "${idempotencyKey}" belongs to an execution of another definition; use another key.`,
  );
}
