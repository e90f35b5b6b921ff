import crypto from 'node:crypto';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { inboundSignature, verifyBearer, verifyInbound } from '../../src/outbound/inbound-signature';

/** https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
const GITHUB = {
  secret: "It's a Secret to Everybody",
  payload: Buffer.from('Hello, World!'),
  signature: 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
};
const form = { algorithm: 'sha256', prefix: 'sha256=' } as const;
const verify = (given: string, bytes: Buffer = GITHUB.payload) =>
  verifyInbound(bytes, GITHUB.secret, { ...form, given });

afterEach(() => {
  jest.restoreAllMocks();
});

describe('the signature of what comes in', () => {
  test.each([
    ['nothing', ''],
    ['nothing right', `sha256=${'0'.repeat(64)}`],
    ['all but the last digit right', GITHUB.signature.replace(/7$/, '8')],
    ['all right', GITHUB.signature],
    ['much longer', GITHUB.signature.repeat(100)],
  ])('is compared in constant time, over equal lengths, whatever is given: %s', (_what, given) => {
    const compare = jest.spyOn(crypto, 'timingSafeEqual');
    verify(given);
    verifyBearer(GITHUB.secret, `Bearer ${given}`);
    expect(compare.mock.calls.map((sides) => sides.map((side) => side.byteLength))).toEqual([
      [32, 32],
      [32, 32],
    ]);
  });

  test("GitHub's own documented vector verifies", () => {
    expect(verify(GITHUB.signature)).toBe(true);
    expect(inboundSignature(GITHUB.payload, GITHUB.secret, form)).toBe(GITHUB.signature);
  });

  test.each([
    ['nothing', ''],
    ['a truncated one', GITHUB.signature.slice(0, -1)],
    ['a longer one', `${GITHUB.signature}0`],
    ['one digit differs', GITHUB.signature.replace(/7$/, '8')],
    ['upper-case digits', `sha256=${GITHUB.signature.slice(7).toUpperCase()}`],
    ['an upper-case prefix', GITHUB.signature.replace('sha256', 'SHA256')],
    ['no prefix', GITHUB.signature.slice(7)],
    ['a space before it', ` ${GITHUB.signature}`],
  ])('%s does not verify', (_what, given) => {
    expect(verify(given)).toBe(false);
  });

  test('it is over the raw bytes: a byte that is no UTF-8 counts', () => {
    const bytes = Buffer.concat([GITHUB.payload, Buffer.from([0xff])]);
    expect(verify(inboundSignature(bytes, GITHUB.secret, form), bytes)).toBe(true);
    const replaced = Buffer.from(bytes.toString('utf8'));
    expect(verify(inboundSignature(bytes, GITHUB.secret, form), replaced)).toBe(false);
  });

  test('a bearer secret must be there, whole and alone', () => {
    expect(verifyBearer('a-secret-of-some-length', 'Bearer a-secret-of-some-length')).toBe(true);
    for (const given of ['', 'Bearer', 'Bearer ', 'a-secret-of-some-length', 'Basic a-secret-of-some-length']) {
      expect(verifyBearer('a-secret-of-some-length', given)).toBe(false);
    }
    expect(verifyBearer('a-secret-of-some-length', 'Bearer a-secret-of-some-lengtH')).toBe(false);
  });
});
