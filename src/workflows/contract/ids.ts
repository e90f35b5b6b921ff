// The only place where workflow ids, execution ids and keys are made and taken apart.
import type { AgentRequest } from '../../engine/effect';

/**
 * `execution/<workspace>/<key>`: dispatch is idempotent because Temporal starts a workflow id once. Of a dialect's key only
 * what its starts share counts, so that they meet in one workflow id and Temporal itself is their lock (contract 5).
 */
export const executionWorkflowId = (workspace: string, key: string): string =>
  `execution/${workspace}/${isDialectKey(key) ? key.slice(0, SHARED_LENGTH).padEnd(key.length, '0') : key}`;

/** Executions that Conductor's and Flowker's clients start have a UUID of version 8 as their key (contract 5). */
export const isDialectKey = (key: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(key);
/** Of the UUID, all but the last ten digits: 82 bits that name the workflow id, 40 that tell its starts apart. */
const SHARED_LENGTH = 26;
/** How many hex digits `dialectKeyOf` takes of either. */
export const DIALECT_KEY_DIGITS = { shared: 21, own: 10 } as const;

/** The key of a dialect's start, from hex digits of what its workflow id is named by, and of what is its own. */
export function dialectKeyOf({ shared, own }: { readonly shared: string; readonly own: string }): string {
  const variant = '89ab'.charAt(Number.parseInt(shared.charAt(15), 16) % 4);
  const groups = [
    shared.slice(0, 8),
    shared.slice(8, 12),
    `8${shared.slice(12, 15)}`,
    `${variant}${shared.slice(16, 19)}`,
    `${shared.slice(19, DIALECT_KEY_DIGITS.shared)}${own.slice(0, DIALECT_KEY_DIGITS.own)}`,
  ];
  return groups.join('-');
}

/** `exec_<key>`: with the workflow id a pure function of it, no look-up table is needed (contract 1, dispatch). */
export const executionIdOf = (key: string): string => `exec_${key}`;
/** The key in an execution id, or null when the id is not well formed. */
export function keyOfExecutionId(executionId: string): string | null {
  return /^exec_([A-Za-z0-9:_\-.]{1,200})$/.exec(executionId)?.[1] ?? null;
}
/** What a dialect calls an execution: its UUID, or the whole execution id when the approval API started it (contract 5). */
export function dialectIdOf(executionId: string): string {
  const key = keyOfExecutionId(executionId);
  return key !== null && isDialectKey(key) ? key : executionId;
}
/** The execution that a dialect's caller means, or null when the id is not well formed. */
export function executionIdOfDialect(id: string): string | null {
  const key = id.toLowerCase();
  if (isDialectKey(key)) return executionIdOf(key);
  return keyOfExecutionId(id) === null ? null : id;
}
/** The same for every attempt of a step: an agent may be called more than once for it (contract 2 section 10). */
export const idempotencyKeyOf = ({ executionId, stepId }: Pick<AgentRequest, 'executionId' | 'stepId'>): string =>
  `${executionId}:${stepId}`;
export const deliveryWorkflowId = (workspace: string, key: string): string => `delivery/${workspace}/${key}`;
export const definitionWorkflowId = (workspace: string, definitionId: string): string =>
  `definition/${workspace}/${definitionId}`;
/** What the id of a head's workflow names; no part of it contains a slash. */
export function definitionOf(workflowId: string): { readonly workspace: string; readonly definitionId: string } {
  const [, workspace = '', definitionId = ''] = workflowId.split('/');
  return { workspace, definitionId };
}
/** The immutable record of one version. Each attempt to write one has a token: two that race do not meet. */
export const definitionVersionWorkflowId = (
  workspace: string,
  definitionId: string,
  { generation, version, token }: { readonly generation: string; readonly version: number; readonly token: string },
): string => `definition/${workspace}/${definitionId}/${generation}/v${version}.${token}`;

/**
 * The Temporal Schedule of a trigger. Whatever a triggerId holds, it is the last part. SQL stores keep 255 characters of an
 * id, and Temporal puts `temporal-sys-scheduler:` before this one.
 */
export const scheduleId = (workspace: string, definitionId: string, triggerId: string): string =>
  `cron/${workspace}/${definitionId}/${triggerId}`;
/** A firing's workflow; Temporal adds the instant to it, in 21 characters. */
export const scheduledDispatchWorkflowId = (workspace: string, definitionId: string, triggerId: string): string =>
  `firing/${workspace}/${definitionId}/${triggerId}`;
/** The key of an execution that a schedule starts; `digest`: of definition, trigger and instant. */
export const scheduledKeyOf = (digest: string): string => `sched:${digest}`;
/** The key of an execution that an inbound webhook starts; `digest`: of definition, trigger and event (contract 4 section 1). */
export const inboundKeyOf = (digest: string): string => `trig:${digest}`;

/** What a token of a webhook node is sealed for: it opens for no other node and no other execution. */
export const webhookTokenOwner = (executionId: string, nodeId: string): string => `${executionId}/${nodeId}`;
