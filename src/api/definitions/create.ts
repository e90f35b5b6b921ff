// definitions/create: lints, compiles and stores a new definition (contract 1).
import type { z } from 'zod';
import type { AgentDirectory } from '../../activities/agents/registry';
import type { AuthoredDefinition } from '../../definition/definition';
import { lintDefinition } from '../../definition/lint/lint';
import { definitionCreateSchema } from '../../definition/schema';
import { checkDestination, type OutboundAllow } from '../../outbound/destination';
import type { Sealer } from '../../outbound/seal';
import { endpoint } from '../endpoint';
import { ApiError } from '../errors';
import { sealedReceiver } from './receiver';
import { definitionView } from './record';
import type { DefinitionStore } from './store';
import { definitionViewSchema } from './view-schema';

interface Dependencies {
  readonly definitions: DefinitionStore;
  readonly agents: AgentDirectory;
  readonly allow: OutboundAllow;
  readonly sealer: Sealer;
}

export const createDefinition = ({ definitions, agents, allow, sealer }: Dependencies) =>
  endpoint({
    path: 'definitions/create',
    summary: 'Register a definition',
    description:
      'Lints, compiles and stores a new definition. A graph that cannot run is refused with every finding of the linter, in the message and in `details.lint`.',
    data: definitionCreateSchema as z.ZodType<AuthoredDefinition>,
    result: definitionViewSchema,
    errors: ['ALREADY_EXISTS', 'DEADLINE_EXCEEDED'],
    async handle({ workspace, note }, authored) {
      note({ definitionId: authored.definitionId });
      assertUrlsAllowed(authored, allow);
      const { errors, draft, conditions } = lintDefinition(authored, { registeredAgents: agents.registered });
      if (draft === null) {
        const message = `Definition linter failed: ${JSON.stringify(errors)}`;
        throw new ApiError('INVALID_ARGUMENT', message, { details: { lint: errors } });
      }
      const now = Date.now();
      const { definitionId } = draft;
      const { webhookConfig } = authored;
      const receiver = webhookConfig
        ? sealedReceiver(webhookConfig, { workspace, definitionId }, { sealer, allow })
        : null;
      const record = { draft, conditions, receiver, version: 1, createdAt: now, updatedAt: now };
      if (await definitions.create(workspace, record)) return definitionView(record);
      throw new ApiError('ALREADY_EXISTS', `A definition with the id "${definitionId}" exists already.`);
    },
  });

/** URLs that a user sets are checked when they are written (contract 3 section 2). */
function assertUrlsAllowed({ nodes }: AuthoredDefinition, allow: OutboundAllow): void {
  for (const [index, node] of nodes.entries()) {
    if (node.type !== 'agent' || node.config?.url === undefined) continue;
    const checked = checkDestination(node.config.url, allow, 'url');
    if (checked.ok) continue;
    const path = ['data', 'nodes', index, 'config', 'url'];
    const issues = [{ code: 'custom', path, message: checked.message }];
    throw new ApiError('INVALID_ARGUMENT', `${path.join('.')}: ${checked.message}`, { details: { issues } });
  }
}
