// A receiver's answer, without the token that it was sent.
import { describe, expect, test } from '@jest/globals';
import { withoutSecret } from '../../src/outbound/hidden-secret';

const asJson = (text: string) => JSON.stringify({ said: text });
const asPhp = (text: string) => asJson(text).replaceAll('/', '\\/');
const asUrl = (text: string) => `/?by=${encodeURIComponent(text)}`;

describe('a secret', () => {
  test.each([
    'plain-token',
    'ab/cd+ef==',
    'with "quotes" & <marks>',
    'back\\slash\\\\es\\',
    'per%2Bcent%',
    '\\u0041%41/+',
  ])('%s is hidden however the text spells it', (secret) => {
    expect(withoutSecret(secret, secret)).toBe('[token]');
    expect(withoutSecret(`before ${secret} between ${secret}`, secret)).toBe('before [token] between [token]');
    expect(withoutSecret(asUrl(secret), secret)).toBe('/?by=[token]');
    for (const write of [asJson, asPhp]) {
      expect(withoutSecret(write(secret), secret)).toBe('{"said":"[token]"}');
    }
    expect(withoutSecret(asPhp(asUrl(secret)), secret)).toBe('{"said":"\\/?by=[token]"}');
  });

  test('is hidden where its JSON has escapes that are needless', () => {
    expect(withoutSecret('{"said":"ab\\/cd\\u002Bef\\u003cgh"}', 'ab/cd+ef<gh')).toBe('{"said":"[token]"}');
  });

  test('of 4,096 characters is hidden, too', () => {
    const secret = 'Az09+/~!'.repeat(512);
    expect(withoutSecret(asPhp(secret), secret)).toBe('{"said":"[token]"}');
  });

  test.each([
    ['backslashes', '\\'.repeat(64), '\\'.repeat(32)],
    ['many of them', '\\'.repeat(65_536), '\\'.repeat(4_095)],
    ['one letter', 'a'.repeat(65_536), 'a'.repeat(4_095)],
  ])('that begins with %s is looked for in a text of these at once', (_what, text, beginning) => {
    // Else this goes on for hours.
    expect(withoutSecret(text, `${beginning}b`)).toBe(text);
  });

  test('with another letter in its middle is found behind what nearly is it', () => {
    const secret = `${'a'.repeat(2_048)}b${'a'.repeat(2_047)}`;
    expect(withoutSecret(`${'a'.repeat(65_536)}b${'a'.repeat(5_000)}`, secret)).toBe(
      `${'a'.repeat(65_536 - 2_048)}[token]${'a'.repeat(5_000 - 2_047)}`,
    );
  });

  test('whose own escapes were left as they are is hidden', () => {
    expect(withoutSecret(new URL('http://a.example/?by=tok%2Fen "x"').href, 'tok%2Fen "x"')).toBe(
      'http://a.example/?by=[token]',
    );
    // Of one that escapes quotes only.
    expect(withoutSecret('{"said":"a\\b\\"c-token"}', 'a\\b"c-token')).toBe('{"said":"[token]"}');
  });

  test('that stands there twice, one in the other, is hidden as a whole where it is whole', () => {
    expect(withoutSecret('abcabcababcabcab', 'abcabcab')).toBe('[token][token]');
  });

  test('that does not stand there leaves the text as it was', () => {
    const text = '{"path":"C:\\\\temp\\/x","share":"100%25"}';
    expect(withoutSecret(text, 'plain-token')).toBe(text);
  });
});
