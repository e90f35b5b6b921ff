// What every operation that takes a definition does with it first: check its URLs and schedules, lint and compile.

import type { AgentDirectory } from '../../config/agent-directory';
import type { AuthoredDefinition, AuthoredNode } from '../../definition/definition';
import { assertNever } from '../../definition/json';
import { type LintResult, lintDefinition } from '../../definition/lint/lint';
import type { DefinitionContent, DefinitionRecord } from '../../dispatch/record';
import { checkDestination, type OutboundAllow } from '../../outbound/destination';
import type { Sealer } from '../../outbound/seal';
import type { Receiver } from '../../workflows/contract/execution';
import { ApiError, invalidField } from '../errors';
import { assertReceiverAllowed, sealedReceiver } from './receiver';
import { assertSchedules } from './schedules';
import { sealedTriggers } from './trigger-secrets';

/** The compiled form alone can be more than a body may be (docs/decisions/0051). */
export const IF_TOO_LARGE = 'A definition that was read can be written back without `compiled`, which is ignored.';

export interface AuthoringRules {
  readonly agents: AgentDirectory;
  readonly allow: OutboundAllow;
  readonly sealer: Sealer;
}

/** Whose definition it is, and the version that it replaces. */
export interface AuthoringPlace {
  readonly workspace: string;
  readonly previous: DefinitionRecord | null;
}

/** What the linter says. Throws an INVALID_ARGUMENT for a URL that must not be called, or a schedule that cannot be. */
export function linted(
  authored: AuthoredDefinition,
  { agents, allow }: Pick<AuthoringRules, 'agents' | 'allow'>,
): LintResult {
  assertUrlsAllowed(authored, allow);
  assertSchedules(authored.triggers);
  return lintDefinition(authored, { registeredAgents: agents.registered });
}

/** The definition as it is stored. Throws an INVALID_ARGUMENT with everything that the linter has against it. */
export function accepted(
  authored: AuthoredDefinition,
  rules: AuthoringRules,
  place: AuthoringPlace,
): DefinitionContent {
  const { errors, draft, conditions } = linted(authored, rules);
  if (draft !== null) {
    const { definitionId } = authored;
    const secrets = { sealer: rules.sealer, previous: place.previous?.triggers ?? [] };
    const triggers = sealedTriggers(authored.triggers, { workspace: place.workspace, definitionId }, secrets);
    return { draft, conditions, receiver: receiverOf(authored, rules.sealer, place), triggers };
  }
  const message = `Definition linter failed: ${JSON.stringify(errors)}`;
  throw new ApiError('INVALID_ARGUMENT', message, { details: { lint: errors } });
}

/** Absent keeps the receiver of the version before, null removes it (contract 1, definitions/create). */
function receiverOf(
  { webhookConfig, definitionId }: AuthoredDefinition,
  sealer: Sealer,
  { workspace, previous }: AuthoringPlace,
): Receiver | null {
  if (webhookConfig === undefined) return previous?.receiver ?? null;
  return webhookConfig === null ? null : sealedReceiver(webhookConfig, { workspace, definitionId }, sealer);
}

/** URLs that a user sets are checked when they are written (contract 3 section 2). */
function assertUrlsAllowed({ nodes, webhookConfig }: AuthoredDefinition, allow: OutboundAllow): void {
  for (const [index, node] of nodes.entries()) {
    const found = urlIn(node);
    if (found === null) continue;
    const checked = checkDestination(found.url, allow, found.field);
    if (checked.ok) continue;
    const text = `data.nodes.${index}.config.${found.field}: ${checked.message}`;
    throw invalidField(['nodes', index, 'config', found.field], checked.message, { text });
  }
  if (webhookConfig) assertReceiverAllowed(webhookConfig, allow);
}

/** What a node lets the system call, and the field that says so. */
function urlIn(node: AuthoredNode): { readonly url: string; readonly field: string } | null {
  switch (node.type) {
    case 'agent':
    case 'webhook':
      return node.config?.url === undefined ? null : { url: node.config.url, field: 'url' };
    case 'notification': {
      const isHook = node.config?.channel === 'slack' && /^https?:/i.test(node.config.slackTarget);
      return isHook ? { url: node.config.slackTarget, field: 'slackTarget' } : null;
    }
    case 'human':
      return null;
    default:
      return assertNever(node);
  }
}
