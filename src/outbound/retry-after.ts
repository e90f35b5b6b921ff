// Reads Retry-After (RFC 9110 section 10.2.3): seconds, or a date.

const HOUR_MS = 3_600_000;

/** In milliseconds from `now` (epoch milliseconds), at least 0 and at most an hour; null when there is none to be read. */
export function retryAfterMs(header: string | string[] | undefined, now: number): number | null {
  if (typeof header !== 'string') return null;
  const text = header.trim();
  const wait = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  if (Number.isNaN(wait)) return null;
  return Math.min(Math.max(wait, 0), HOUR_MS);
}
