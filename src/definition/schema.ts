// The shape of a definition as a caller sends it (contract 1 definitions/create, contract 2 sections 2, 3 and 6).
// Imported by the API only. What the graph means is the linter's business.
import { z } from 'zod';
import type { AuthoredDefinition, DefinitionScope } from './definition';
import { type Json, jsonBytes } from './json';
import { LIMITS } from './limits';
import { agentConfig, humanConfig } from './schema-nodes';
import { notificationConfig } from './schema-notification-node';
import { absentAs, absentable, freeForm, identifier, text } from './schema-parts';
import { triggers } from './schema-triggers';
import { webhookConfig } from './schema-webhook-config';
import { webhookNodeConfig } from './schema-webhook-node';

const level = z.enum(['apiKey', 'organization', 'document']);
const scopeId = identifier(LIMITS.userIdLengthMax);

const nodeBase = {
  nodeId: z.string().regex(LIMITS.nodeIdPattern, 'a nodeId is 1 to 64 of A-Z a-z 0-9 _ . : -'),
  slaMs: absentable(z.int().min(1).max(LIMITS.slaMsMax)),
  name: absentable(text(1, LIMITS.nameLengthMax)),
  description: absentable(text(0, LIMITS.descriptionLengthMax)),
};

const ofType = <T extends string, C extends z.ZodType>(type: T, config: C) =>
  z.strictObject({ ...nodeBase, type: z.literal(type), config });

const agentNode = ofType('agent', agentConfig);
const humanNode = ofType('human', humanConfig);
const webhookNode = ofType('webhook', webhookNodeConfig).extend({
  requireNonEmptyOutput: absentAs(z.boolean(), false),
});

const notificationNode = ofType('notification', notificationConfig);

/** A node without its config is the linter's business: `node-missing-config`. */
const node = z.discriminatedUnion('type', [
  agentNode.extend({ config: absentAs(agentConfig, null) }),
  humanNode.extend({ config: absentAs(humanConfig, null) }),
  webhookNode.extend({ config: absentAs(webhookNodeConfig, null) }),
  notificationNode.extend({ config: absentAs(notificationConfig, null) }),
]);

/** A node, an edge and a group as the API shows them: written in the same words, with nothing left to chance. */
export const nodeViewSchema = z.discriminatedUnion('type', [agentNode, humanNode, webhookNode, notificationNode]);

const endpoint = z.union([
  z.string().min(1).max(LIMITS.nodeIdLengthMax),
  z.strictObject({ kind: z.literal('node'), nodeId: z.string().min(1).max(LIMITS.nodeIdLengthMax) }),
  z.strictObject({ kind: z.literal('group'), groupId: z.string().min(1).max(LIMITS.nodeIdLengthMax) }),
]);

const edge = z.strictObject({
  from: endpoint,
  to: endpoint,
  on: absentable(z.enum(['always', 'approve', 'reject', 'custom', 'exhausted'])),
  when: absentAs(z.string(), null),
  loop: absentable(z.strictObject({ maxIterations: z.int().min(1).max(LIMITS.loopIterationsMax) })),
});

const group = z.strictObject({
  groupId: z.string().regex(LIMITS.nodeIdPattern, 'a groupId is 1 to 64 of A-Z a-z 0-9 _ . : -'),
  memberNodeIds: z.array(z.string()).max(LIMITS.groupMembersMax),
  expectedSteps: z.int(),
  quorum: z.int(),
  onQuorumMet: absentAs(z.enum(['waitAll', 'cancelOnQuorum', 'joinOnQuorum']), 'waitAll' as const),
  requiredNodeIds: absentable(z.array(z.string()).max(LIMITS.groupMembersMax)),
});

export const edgeViewSchema = edge.extend({ when: z.string().nullable() });
export const groupViewSchema = group;

/** Read-only fields of a DefinitionView: accepted and ignored, so that what was read can be written back. */
const readOnly = {
  version: z.unknown().optional(),
  status: z.unknown().optional(),
  createdAt: z.unknown().optional(),
  updatedAt: z.unknown().optional(),
  compiled: z.unknown().optional(),
};

const fields = {
  definitionId: z
    .string()
    .regex(LIMITS.definitionIdPattern, 'a definitionId is 3 to 64 of a-z 0-9 -, and does not begin with -'),
  name: text(1, LIMITS.nameLengthMax),
  description: absentAs(text(0, LIMITS.descriptionLengthMax), null),
  scope: absentable(
    z.strictObject({
      level: absentAs(level, 'apiKey' as const),
      organizationId: absentable(scopeId),
      documentId: absentable(scopeId),
    }),
  ),
  organizationId: absentable(scopeId),
  documentId: absentable(scopeId),
  nodes: z.array(node).min(1).max(LIMITS.nodesMax),
  edges: absentAs(z.array(edge).max(LIMITS.edgesMax), []),
  groups: absentAs(z.array(group).max(LIMITS.groupsMax), []),
  triggers: absentAs(triggers, []),
  webhookConfig,
  tags: absentAs(z.array(identifier(LIMITS.tagLengthMax)).max(LIMITS.tagsMax), null),
  custom: absentAs(freeForm, null),
  ...readOnly,
};

/** The request of definitions/create; unknown fields are refused, an explicit null on an optional one means absent. */
export const definitionCreateSchema = z.strictObject(fields).transform(authored);

/** The request of definitions/update: the whole definition, and the version that its author saw. */
export const definitionUpdateSchema = z
  .strictObject({ ...fields, ifVersion: z.int().min(1) })
  .transform(({ ifVersion, ...raw }, context) => ({ ifVersion, definition: authored(raw, context) }));

type Complain = (message: string, path: string[]) => void;

function authored(raw: z.output<z.ZodObject<typeof fields>>, context: z.RefinementCtx): AuthoredDefinition {
  const { version, status, createdAt, updatedAt, compiled, organizationId, documentId, scope, ...rest } = raw;
  const complain: Complain = (message, path) => context.addIssue({ code: 'custom', message, path });
  const definition = { ...rest, scope: scopeOf({ scope, organizationId, documentId }, complain) } as AuthoredDefinition;
  const bytes = jsonBytes(definition as unknown as Json);
  if (bytes > LIMITS.definitionBytesMax) {
    const most = LIMITS.definitionBytesMax;
    complain(`with its defaults the definition is ${bytes} bytes as JSON; at most ${most} are possible`, []);
  }
  return definition;
}

interface ScopeFields {
  readonly scope:
    | { level: DefinitionScope['level']; organizationId?: string | undefined; documentId?: string | undefined }
    | undefined;
  readonly organizationId: string | undefined;
  readonly documentId: string | undefined;
}

/** The ids may stand in `scope` or beside it, and in both only when they agree. */
function scopeOf({ scope, organizationId, documentId }: ScopeFields, complain: Complain): DefinitionScope {
  const merged = {
    level: scope?.level ?? 'apiKey',
    organizationId: scope?.organizationId ?? organizationId ?? null,
    documentId: scope?.documentId ?? documentId ?? null,
  };
  if (organizationId !== undefined && merged.organizationId !== organizationId) {
    complain('organizationId differs from scope.organizationId', ['organizationId']);
  }
  if (documentId !== undefined && merged.documentId !== documentId) {
    complain('documentId differs from scope.documentId', ['documentId']);
  }
  if (merged.level !== 'apiKey' && merged.organizationId === null) {
    complain(`a definition of level ${merged.level} needs an organizationId`, ['scope', 'organizationId']);
  }
  if (merged.level === 'document' && merged.documentId === null) {
    complain('a definition of level document needs a documentId', ['scope', 'documentId']);
  }
  return merged;
}
