// What a receiver's Retry-After asks for (RFC 9110 section 10.2.3).
import { expect, test } from '@jest/globals';
import { retryAfterMs } from '../../src/outbound/retry-after';

const NOW = Date.UTC(2026, 10, 29, 10);

test.each<[string | undefined, number | null]>([
  ['0', 0],
  [' 7 ', 7_000],
  ['3600', 3_600_000],
  ['86400', 3_600_000],
  ['99999999999999999999', 3_600_000],
  ['Sun, 29 Nov 2026 10:00:05 GMT', 5_000],
  ['Sunday, 29-Nov-26 10:00:05 GMT', 5_000],
  ['Sun, 29 Nov 2026 09:00:00 GMT', 0],
  ['-5', null],
  ['1.5', null],
  ['32.5', null],
  ['2026', 2_026_000],
  ['soon', null],
  ['', null],
  [undefined, null],
])('Retry-After of %j is a wait of %j ms', (header, expected) => {
  expect(retryAfterMs(header, NOW)).toBe(expected);
});
