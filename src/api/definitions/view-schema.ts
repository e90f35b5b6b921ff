// The DefinitionView as a schema: what definitions/create, get, update and list answer (contract 1).
import { z } from 'zod';
import { edgeViewSchema, groupViewSchema, nodeViewSchema } from '../../definition/schema';
import { triggerViewSchema } from '../../definition/schema-triggers';
import { WHEN_OPERATORS, type WhenAst } from '../../definition/when/ast';

const whenAst: z.ZodType<WhenAst, WhenAst> = z
  .lazy(() =>
    z.union([
      z.string(),
      z.number(),
      z.boolean(),
      z.null(),
      z.strictObject({ var: z.string() }),
      z.strictObject({ op: z.enum(WHEN_OPERATORS), args: z.array(whenAst) }),
    ]),
  )
  .meta({ id: 'WhenAst', description: 'A compiled condition: a literal, a path, or an operator with its arguments.' });

const compiledEdge = z.strictObject({
  from: z.string(),
  to: z.string(),
  role: z.enum(['default', 'always', 'approve', 'reject', 'custom']),
  when: whenAst.nullable(),
  fromGroupId: z.string().optional(),
  toGroupId: z.string().optional(),
});

const compiledLoop = z.strictObject({
  loopId: z.string(),
  entryNodeId: z.string(),
  bodyNodeIds: z.array(z.string()),
  maxIterations: z.int(),
  onExhausted: z.strictObject({ routeToNodeId: z.string() }).nullable(),
});

export const compiledSchema = z
  .strictObject({ forwardEdges: z.array(compiledEdge), loops: z.array(compiledLoop) })
  .meta({ description: 'Read-only: what the engine runs.' });

export const scopeViewSchema = z.strictObject({
  level: z.enum(['apiKey', 'organization', 'document']),
  organizationId: z.string().nullable(),
  documentId: z.string().nullable(),
});

export const definitionViewSchema = z
  .strictObject({
    definitionId: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    version: z.int().min(1),
    scope: scopeViewSchema,
    nodes: z.array(nodeViewSchema),
    edges: z.array(edgeViewSchema),
    groups: z.array(groupViewSchema),
    compiled: compiledSchema,
    triggers: z.array(triggerViewSchema).nullable().meta({ description: 'Secrets are never shown.' }),
    tags: z.array(z.string()).nullable(),
    custom: z.record(z.string(), z.unknown()).nullable(),
    createdAt: z.int().meta({ description: 'Epoch milliseconds.' }),
    updatedAt: z.int().meta({ description: 'Epoch milliseconds.' }),
    status: z
      .enum(['active', 'tombstoned'])
      .meta({ description: '`tombstoned`: a snapshot of a definition that was deleted.' }),
  })
  .meta({ id: 'DefinitionView' });
