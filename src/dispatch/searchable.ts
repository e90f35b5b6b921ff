// A correlation id as Temporal's Visibility can find it (docs/decisions/0072-searchable-correlation-ids.md).
import { createHash } from 'node:crypto';

/** What a Keyword attribute holds. */
const LENGTH_MAX = 255;

/**
 * The server writes quotes, backslashes and control characters of a query's value in MySQL's way, which SQLite and
 * PostgreSQL read as other text, and cuts apostrophes off its ends: they are stored, and asked for, as code points. What
 * then becomes too long is stored as a hash. The ids of the approval API stay as they are.
 */
export function searchableCorrelationId(correlationId: string): string {
  const text = correlationId.replace(
    /["\\%\p{Cc}]|^'|'$/gu,
    (character) => `%${character.charCodeAt(0).toString(16)};`,
  );
  if ([...text].length <= LENGTH_MAX) return text;
  return `%sha256;${createHash('sha256').update(correlationId).digest('hex')}`;
}
