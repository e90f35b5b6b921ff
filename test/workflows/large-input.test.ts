import { describe, expect, test } from '@jest/globals';
import { keepAsText } from '../../src/workflows/large-input';

const large = () => ({ triggerContext: { rows: Array.from({ length: 50_000 }, (_, n) => ({ n })) }, other: 1 });

describe('a large triggerContext', () => {
  test('is one and the same object until everything is at rest, and an equal one afterwards', () => {
    const holder = large();
    let rest = () => {};
    keepAsText(holder, (forget) => {
      rest = forget;
    });
    const seen = holder.triggerContext;
    expect(holder.triggerContext).toBe(seen);
    rest();
    const again = holder.triggerContext;
    expect(again).not.toBe(seen);
    expect(holder.triggerContext).toBe(again);
    expect(holder).toEqual(large());
    expect(JSON.stringify(holder)).toBe(JSON.stringify(large()));
  });

  test('is kept as it is when it is small', () => {
    const holder = { triggerContext: { a: 1 } };
    keepAsText(holder, () => {
      throw new Error('nothing to forget');
    });
    expect(Object.getOwnPropertyDescriptor(holder, 'triggerContext')?.value).toEqual({ a: 1 });
  });
});
