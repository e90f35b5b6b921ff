// What triggerContext.webhookAuth says: tokens for webhook nodes, taken out and sealed before anything else sees them.
import type { DefinitionNode } from '../definition/definition';
import type { JsonObject } from '../definition/json';
import { LIMITS } from '../definition/limits';
import type { Sealer } from '../outbound/seal';
import type { SealedTokens } from '../workflows/contract/execution';
import { webhookTokenOwner } from '../workflows/contract/ids';

type Tokens = Readonly<Record<string, string>>;

/** It goes into a header, so it is printable ASCII. */
const TOKEN = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

export const WEBHOOK_AUTH_RULE = `must be an object of node ids and their tokens, each 1 to ${LIMITS.webhookTokenLengthMax} printable ASCII characters`;

/** What is left of the context, and the tokens by node id; `tokens: null` when they are no such object. */
export function withoutWebhookAuth(triggerContext: JsonObject): {
  readonly triggerContext: JsonObject;
  readonly tokens: Tokens | null;
} {
  if (!Object.hasOwn(triggerContext, 'webhookAuth')) return { triggerContext, tokens: {} };
  const { webhookAuth: given, ...rest } = triggerContext;
  const isRecord = typeof given === 'object' && given !== null && !Array.isArray(given);
  const isSound = isRecord && Object.entries(given).every(([nodeId, token]) => isNodeId(nodeId) && isToken(token));
  return { triggerContext: rest, tokens: isSound ? (given as Tokens) : null };
}

const isNodeId = (nodeId: string): boolean => LIMITS.nodeIdPattern.test(nodeId);
const isToken = (token: unknown): boolean =>
  typeof token === 'string' && token.length <= LIMITS.webhookTokenLengthMax && TOKEN.test(token);

/** Of the nodes that send a token; what was given for others is dropped. */
export function sealedTokens(
  nodes: readonly DefinitionNode[],
  tokens: Tokens | null,
  {
    sealer,
    workspace,
    executionId,
  }: { readonly sealer: Sealer; readonly workspace: string; readonly executionId: string },
): SealedTokens {
  const sealed = nodes.flatMap((node) => {
    const { nodeId } = node;
    const isSent = node.type === 'webhook' && node.config.authMode === 'token';
    const token = isSent && tokens && Object.hasOwn(tokens, nodeId) ? tokens[nodeId] : undefined;
    if (token === undefined) return [];
    const boundTo = { workspace, kind: 'webhook-token', id: webhookTokenOwner(executionId, nodeId) } as const;
    return [[nodeId, sealer.seal(token, boundTo)] as const];
  });
  return Object.fromEntries(sealed);
}
