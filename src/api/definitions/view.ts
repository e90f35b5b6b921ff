// What the API shows of a definition (contract 1, DefinitionView).
import type { z } from 'zod';
import { compile } from '../../definition/compile';
import type { StoredTrigger, Trigger } from '../../definition/trigger';
import type { DefinitionRecord } from '../../dispatch/record';
import type { Shown } from '../endpoint';
import type { definitionViewSchema } from './view-schema';

export type DefinitionView = Shown<z.input<typeof definitionViewSchema>>;

export function definitionView(record: DefinitionRecord): DefinitionView {
  const { draft, conditions, triggers, version, status, createdAt, updatedAt } = record;
  const { definitionId, name, description, scope, nodes, edges, groups, tags, custom } = draft;
  const { level, organizationId, documentId } = scope;
  return {
    definitionId,
    name,
    description,
    version,
    scope: { level, organizationId, documentId },
    nodes,
    edges,
    groups,
    compiled: compile({ nodes, edges, groups, conditions }),
    triggers: triggers.length > 0 ? triggers.map(triggerView) : null,
    tags,
    custom,
    createdAt,
    updatedAt,
    status,
  };
}

/** Secrets are written and never read. */
function triggerView({ inboundWebhook, ...rest }: StoredTrigger): Trigger {
  if (inboundWebhook === undefined) return rest;
  const { sealedSecret, ...shown } = inboundWebhook;
  return { ...rest, inboundWebhook: shown };
}
