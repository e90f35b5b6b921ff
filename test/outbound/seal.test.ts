import { describe, expect, test } from '@jest/globals';
import { type Binding, createSealer, parseSecretKeys } from '../../src/outbound/seal';

const key = (byte: number) => Buffer.alloc(32, byte).toString('base64');
const binding: Binding = { workspace: 'acme', kind: 'execution', id: 'exec_1' };

describe('a sealed secret', () => {
  const sealer = createSealer(parseSecretKeys(`new:${key(1)},old:${key(2)}`));

  test('opens for what it was sealed for, and says which key sealed it', () => {
    const sealed = sealer.seal('top secret Ω', binding);
    expect(sealed).toMatch(/^sealed:v1:new:/);
    expect(sealed).not.toContain('top secret');
    expect(sealer.open(sealed, binding)).toBe('top secret Ω');
  });

  test('is different each time', () => {
    expect(sealer.seal('same', binding)).not.toBe(sealer.seal('same', binding));
  });

  test('an older key still opens what it sealed, after a newer one seals', () => {
    const old = createSealer(parseSecretKeys(`old:${key(2)}`)).seal('kept', binding);
    expect(sealer.open(old, binding)).toBe('kept');
  });

  test.each<[string, Binding]>([
    ['workspace', { ...binding, workspace: 'other' }],
    ['kind', { ...binding, kind: 'definition' }],
    ['id', { ...binding, id: 'exec_2' }],
  ])('does not open for another %s', (_what, other) => {
    expect(() => sealer.open(sealer.seal('x', binding), other)).toThrow(/belongs to something else/);
  });

  test('does not open when a character was changed, its key is gone, or it is none', () => {
    const sealed = sealer.seal('top secret', binding);
    const last = sealed.endsWith('A') ? 'B' : 'A';
    expect(() => sealer.open(`${sealed.slice(0, -2)}${last}${last}`, binding)).toThrow(/was changed/);
    expect(() => createSealer(parseSecretKeys(`x:${key(9)}`)).open(sealed, binding)).toThrow(/"new" is not among/);
    // Three lengths, for a decoder may pass over one character too many.
    for (const text of ['a', 'ab', 'abc']) {
      expect(() => sealer.open(`${sealer.seal(text, binding)}A`, binding)).toThrow(/was changed/);
    }
    expect(() => sealer.open('plain', binding)).toThrow(/no sealed secret/);
    expect(() => sealer.open('sealed:v1:new:AAAA', binding)).toThrow(/too short/);
  });
});

describe('SECRET_KEYS', () => {
  test.each([[''], ['nokey'], [`a:${Buffer.alloc(31).toString('base64')}`], ['a:not base64!'], [`a:${key(1)},b`]])(
    '%j is refused without being repeated',
    (text) => {
      const attempt = () => parseSecretKeys(text);
      expect(attempt).toThrow(/entry \d is not of the form <keyId>:<base64 of 32 bytes>/);
      if (text.length > 8) expect(attempt).not.toThrow(new RegExp(text.slice(2, 10).replace(/[^A-Za-z]/g, '.')));
    },
  );

  test('two keys cannot have one id', () => {
    expect(() => parseSecretKeys(`a:${key(1)},a:${key(2)}`)).toThrow(/same keyId/);
  });
});
