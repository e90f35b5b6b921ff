import { describe, expect, test } from '@jest/globals';
import { parseOutboundAllow } from '../../src/outbound/destination';

describe('OUTBOUND_ALLOW', () => {
  test('is a list of exact pairs, blanks and case aside', () => {
    expect([...parseOutboundAllow(' 127.0.0.1:9000, Receiver.test:443 ,[::1]:9000')]).toEqual([
      '127.0.0.1:9000',
      'receiver.test:443',
      '[::1]:9000',
    ]);
    expect(parseOutboundAllow('').size).toBe(0);
  });

  test.each([['127.0.0.1'], ['http://127.0.0.1:9000'], ['host:0'], ['host:65536'], ['*:80'], ['10.0.0.0/8:80']])(
    '%s is refused with the form that is expected',
    (pair) => {
      expect(() => parseOutboundAllow(pair)).toThrow(/is not of the form host:port/);
    },
  );
});
