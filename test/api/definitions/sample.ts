// Small definitions for the tests of the definitions operations.
import { randomUUID } from 'node:crypto';

export const newId = (): string => `d-${randomUUID()}`;

export const minimal = (rest: object = {}) => ({
  definitionId: newId(),
  name: 'Minimal',
  nodes: [{ nodeId: 'a', type: 'agent', config: { agentId: '__mock__' } }],
  ...rest,
});

/** One human step: an execution of it stays open. */
export const waitsFor = (userId: string, rest: object = {}) => ({
  name: `Waits for ${userId}`,
  nodes: [{ nodeId: 'review', type: 'human', config: { reviewers: [{ userId, mandatory: true }] } }],
  ...rest,
});
