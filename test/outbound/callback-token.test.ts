import { describe, expect, test } from '@jest/globals';
import { addressOf, createCallbackTokens, placeIn } from '../../src/outbound/callback-token';

const key = (keyId: string, byte: number) => ({ keyId, key: Buffer.alloc(32, byte) });
const PLACE = { workspace: 'acme', executionId: 'exec_1', stepId: 'step_a_1_x' };

describe('the token of a callback', () => {
  const tokens = createCallbackTokens([key('k1', 1)]);

  test('is good for its own step, execution and workspace only', () => {
    const token = tokens.tokenFor(PLACE);
    expect(tokens.isGood(token, PLACE)).toBe(true);
    expect(tokens.isGood(token, { ...PLACE, stepId: 'step_b_1_x' })).toBe(false);
    expect(tokens.isGood(token, { ...PLACE, executionId: 'exec_2' })).toBe(false);
    expect(tokens.isGood(token, { ...PLACE, workspace: 'other' })).toBe(false);
    expect(tokens.isGood(token, { workspace: 'acme', executionId: 'exec_1step_a', stepId: '_1_x' })).toBe(false);
  });

  test.each([
    ['', 'nothing'],
    ['cb1.k1.', 'no signature'],
    [`cb1.k2.${'A'.repeat(43)}`, 'an unknown key'],
    [`cb1.k1.${'A'.repeat(43)}`, 'a made-up signature'],
    [`cb1.k1.${'A'.repeat(400)}`, 'a long one'],
  ])('%s is refused: %s', (token) => {
    expect(tokens.isGood(token, PLACE)).toBe(false);
  });

  test('stays good while its key is kept, and not longer', () => {
    const token = tokens.tokenFor(PLACE);
    expect(createCallbackTokens([key('k2', 2), key('k1', 1)]).isGood(token, PLACE)).toBe(true);
    expect(createCallbackTokens([key('k2', 2)]).isGood(token, PLACE)).toBe(false);
    expect(createCallbackTokens([key('k1', 3)]).isGood(token, PLACE)).toBe(false);
  });

  test('an address names its place, and whatever else stands in the path names none', () => {
    expect(placeIn(addressOf(PLACE))).toEqual(PLACE);
    for (const address of ['', '%', 'e30', 'WzFd', Buffer.from('["a",1,"b"]').toString('base64url')]) {
      expect(placeIn(address)).toBeNull();
    }
  });

  test('a place has one address: nothing can be put behind it, or written otherwise', () => {
    const address = addressOf(PLACE);
    const spaced = Buffer.from(JSON.stringify(Object.values(PLACE), null, 1)).toString('base64url');
    for (const other of [`${address}x`, `${address}=`, `${address} `, spaced]) expect(placeIn(other)).toBeNull();
  });
});
