// What workflows are called, where they run, and by which attributes Visibility finds them (contract 6).

export const WORKFLOW = {
  execution: 'execution',
  definition: 'definition',
  /** What a head that was deleted continues as, so that lists of definitions leave it out. */
  deletedDefinition: 'deletedDefinition',
  definitionVersion: 'definitionVersion',
  webhookDelivery: 'webhookDelivery',
  /** One firing of a schedule. */
  scheduledDispatch: 'scheduledDispatch',
} as const;

export const DEFAULT_TASK_QUEUE = 'countersign';

/** Short enough that a worker's death costs seconds (docs/temporal-notes.md). */
export const WORKFLOW_TASK_TIMEOUT = '5s';

/** The header of an update that says when it was sent, in epoch milliseconds. */
export const SENT_AT = 'countersign-sent-at';

export const SEARCH_ATTRIBUTES = {
  Workspace: 'KEYWORD',
  DefinitionId: 'KEYWORD',
  CorrelationId: 'KEYWORD',
  DefinitionVersion: 'INT',
  PendingReviewers: 'KEYWORD_LIST',
} as const;

/** Visibility takes at most this many bytes of reviewers; a longer list is stored as `["*"]`. */
export const PENDING_REVIEWERS_BYTES_MAX = 2_000;
/** In place of a list of reviewers that is too long: everybody's search includes it. */
export const EVERY_REVIEWER = '*';

/**
 * A reviewer's id as PendingReviewers holds it. Letters, digits and what addresses are made of stay, so that an operator
 * can search for them; the rest is written as code points, for SQLite's full-text search chokes on quotes and skips what
 * is no word, and Temporal cuts apostrophes off the ends of what it is asked for. Two ids that become the same are told
 * apart by the execution's own state. Without `encodesApostrophes` the ends are as executions from before it have them.
 */
export function searchableReviewer(userId: string, { encodesApostrophes = true } = {}): string {
  const asCodePoint = (character: string) => `%${character.codePointAt(0)?.toString(16) ?? ''}`;
  if (!/[\p{L}\p{N}]/u.test(userId)) return userId.replace(/./gsu, asCodePoint);
  const encoded = userId.replace(/[^\p{L}\p{N} _.:@+'-]/gu, asCodePoint);
  return encodesApostrophes ? encoded.replace(/^'|'$/g, asCodePoint) : encoded;
}
