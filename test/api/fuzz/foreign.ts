// What another workspace keeps, and must never be read or started by the first one.
import { createHmac } from 'node:crypto';
import { type ApiHarness, CREDENTIALS } from '../harness';

/** Stands in everything of the other workspace. */
export const FOREIGN_MARK = 'only-for-workspace-two';
const TRIGGER_SECRET = 'the-secret-of-a-foreign-trigger';

export interface Foreign {
  readonly workspace: string;
  readonly definitionId: string;
  readonly executionId: string;
  readonly triggerId: string;
  /** The signature that would open the trigger to its own workspace. */
  sign(bytes: Buffer): string;
}

export async function foreignWorkspace(api: ApiHarness): Promise<Foreign> {
  const definitionId = 'foreign-definition';
  const triggerId = 'hook';
  const nodes = [{ nodeId: 'a', type: 'human', config: { reviewerIds: [FOREIGN_MARK], commentBody: FOREIGN_MARK } }];
  const inboundWebhook = { authMode: 'hmac', provider: 'github', secret: TRIGGER_SECRET };
  const triggers = [{ triggerId, inboundWebhook }];
  await api.call('definitions/create', { definitionId, name: FOREIGN_MARK, nodes, triggers }, { workspace: 'two' });
  const data = { definitionId, idempotencyKey: 'foreign', correlationId: FOREIGN_MARK };
  const { result } = await api.call('executions/dispatch', data, { workspace: 'two' });
  const { 'x-velt-api-key': key, 'x-velt-auth-token': token } = CREDENTIALS.two;
  const { workspace } = api.config.apiKeys.authenticate(key, token) as { workspace: string };
  return {
    workspace,
    definitionId,
    executionId: result.executionId,
    triggerId,
    sign: (bytes) => `sha256=${createHmac('sha256', TRIGGER_SECRET).update(bytes).digest('hex')}`,
  };
}
