// What triggerContext.webhookAuth says: tokens for webhook nodes, taken out and sealed before anything else sees them.
import { z } from 'zod';
import type { DefinitionNode } from '../../definition/definition';
import type { JsonObject } from '../../definition/json';
import { LIMITS } from '../../definition/limits';
import type { Sealer } from '../../outbound/seal';
import { type SealedTokens, webhookTokenOwner } from '../../workflows/contract';
import { ApiError } from '../errors';

type Tokens = Readonly<Record<string, string>>;

/** By node id. A token goes into a header, so it is printable ASCII. */
const webhookAuth = z.record(
  z.string().regex(LIMITS.nodeIdPattern),
  z
    .string()
    .min(1)
    .max(LIMITS.webhookTokenLengthMax)
    .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/),
);

/** Throws an INVALID_ARGUMENT that repeats no token. */
export function withoutWebhookAuth(triggerContext: JsonObject): { triggerContext: JsonObject; tokens: Tokens } {
  if (!Object.hasOwn(triggerContext, 'webhookAuth')) return { triggerContext, tokens: {} };
  const { webhookAuth: given, ...rest } = triggerContext;
  const parsed = webhookAuth.safeParse(given);
  if (parsed.success) return { triggerContext: rest, tokens: parsed.data };
  const message = `triggerContext.webhookAuth must be an object of node ids and their tokens, each 1 to ${LIMITS.webhookTokenLengthMax} printable ASCII characters`;
  const issues = [{ code: 'custom', path: ['data', 'triggerContext', 'webhookAuth'], message }];
  throw new ApiError('INVALID_ARGUMENT', message, { details: { issues } });
}

/** Of the nodes that send a token; what was given for others is dropped. */
export function sealedTokens(
  nodes: readonly DefinitionNode[],
  tokens: Tokens,
  {
    sealer,
    workspace,
    executionId,
  }: { readonly sealer: Sealer; readonly workspace: string; readonly executionId: string },
): SealedTokens {
  const sealed = nodes.flatMap((node) => {
    const { nodeId } = node;
    if (node.type !== 'webhook' || node.config.authMode !== 'token' || !Object.hasOwn(tokens, nodeId)) return [];
    const boundTo = { workspace, kind: 'webhook-token', id: webhookTokenOwner(executionId, nodeId) } as const;
    return [[nodeId, sealer.seal(tokens[nodeId] ?? '', boundTo)] as const];
  });
  return Object.fromEntries(sealed);
}
