import { describe, expect, test } from '@jest/globals';
import { brokenByOutages, outageLines } from '../../bench/chaos/outages';
import type { Call, Entry, Outage } from '../../bench/journal';

const outage = (target: Outage['target']): Outage => ({
  kind: 'outage',
  target,
  from: 1_000,
  until: 61_000,
  to: 62_000,
});

function call(startedAt: number, ms: number, http: number, retryAfter: string | null = null): Call {
  const asked = { operation: 'executions/dispatch', api: 0, data: {} };
  return { kind: 'call', ...asked, startedAt, endedAt: startedAt + ms, http, retryAfter, result: null, error: null };
}

const REFUSED = call(2_000, 300, 503, '1');
const BACK = call(62_100, 400, 200);

describe('a run with a minute', () => {
  test.each<[string, readonly Entry[], readonly string[]]>([
    ['of quick refusals', [REFUSED, BACK], []],
    [
      'and a refusal that does not say when to ask again',
      [call(2_000, 300, 503), BACK],
      ['without Temporal executions/dispatch was answered 503, Retry-After null'],
    ],
    [
      'and an answer that came late',
      [call(2_000, 5_001, 503, '1'), BACK],
      ['without Temporal executions/dispatch was answered after 5001 ms'],
    ],
    [
      'and no success soon after it',
      [REFUSED, call(62_100, 4_901, 200)],
      ['nothing succeeded within 5 s of Temporal being back'],
    ],
  ])('without Temporal %s', (_, calls, broken) => {
    expect(brokenByOutages([...calls, outage('temporal')])).toEqual(broken);
  });

  test.each<[string, readonly Entry[], readonly string[]]>([
    ['what needs no room may succeed', [call(2_000, 300, 200), REFUSED, BACK], []],
    [
      'an answer that came late',
      [call(2_000, 5_001, 504), BACK],
      ['on a full disk executions/dispatch was answered later than after 5 s'],
    ],
    [
      'no success within ten seconds of there being room',
      [REFUSED, call(62_100, 8_901, 200)],
      ['nothing succeeded within 10 s of there being room again'],
    ],
  ])('of a full disk: %s', (_, calls, broken) => {
    expect(brokenByOutages([...calls, outage('disk')])).toEqual(broken);
  });

  test('is told in one line', () => {
    expect(outageLines([REFUSED, BACK, outage('disk')])).toEqual([
      'disk full for 60.0 s: 1 requests in it (0 200, 1 503, 0 504), the slowest 300 ms; first success after it 500 ms',
    ]);
  });
});
