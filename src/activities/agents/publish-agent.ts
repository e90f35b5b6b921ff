// The example agent `publish-agent-v1`: publishes what was approved. It shows how an agent uses its idempotency key.
import { createHash } from 'node:crypto';
import type { JsonObject } from '../../definition/json';
import type { ModuleAgent } from './agent';

/** The publication's id comes from the idempotency key: to publish twice is to publish the same thing. */
export const publishAgent: ModuleAgent = ({ idempotencyKey, input }) => {
  const outputs = (input.groupOutputs ?? {}) as JsonObject;
  const approvedBy = Object.keys(outputs);
  const publicationId = `pub_${createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 16)}`;
  return {
    publicationId,
    summary: `Published after the approval of ${approvedBy.length > 0 ? approvedBy.join(' and ') : 'its predecessor'}`,
  };
};
