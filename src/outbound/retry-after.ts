// Reads Retry-After (RFC 9110 section 10.2.3): seconds, or a date.

const HOUR_MS = 3_600_000;
const WHOLE_SECONDS = /^\d+$/;
/** The dates of HTTP begin with the name of a day; `Date.parse` takes also 32.5 for one, the first of May 2032. */
const DATE = /^(?:mon|tue|wed|thu|fri|sat|sun)/i;

/** In milliseconds from `now` (epoch milliseconds), at least 0 and at most an hour; null when there is none to be read. */
export function retryAfterMs(header: string | string[] | undefined, now: number): number | null {
  const text = typeof header === 'string' ? header.trim() : '';
  if (WHOLE_SECONDS.test(text)) return Math.min(Number(text) * 1000, HOUR_MS);
  const at = DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : Math.min(Math.max(at - now, 0), HOUR_MS);
}
