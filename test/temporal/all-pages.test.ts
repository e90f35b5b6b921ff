import { expect, test } from '@jest/globals';
import { allPages } from '../../src/temporal/all-pages';
import { pageFrom } from '../../src/workflows/answer-page';

const NOTE = 'x'.repeat(200_000);
/** Twelve of them, which are more than twice what one answer holds, as a ledger has them, in no order. */
const ALL = [7, 3, 12, 1, 9, 4, 2, 11, 5, 10, 8, 6].map((seq) => ({ seq, note: NOTE }));
const seqsOf = (items: readonly { readonly seq: number }[]) => items.map(({ seq }) => seq);

test('pages hold everything once, in seq order', async () => {
  let pages = 0;
  const all = await allPages(async (from) => {
    pages += 1;
    return pageFrom(ALL, from);
  });
  expect(seqsOf(all)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(pages).toBe(3);
});

test('an item that is larger than an answer should be has a page of its own', () => {
  const large = { seq: 2, note: NOTE.repeat(6) };
  expect(seqsOf(pageFrom([large, ...ALL.slice(0, 1)], 2).items)).toEqual([2]);
});

test('a worker of an earlier build answers all at once, whatever page it is asked for', async () => {
  const all = await allPages(async (from) => (from === 0 ? pageFrom(ALL, from) : { items: ALL }));
  expect(all).toEqual(ALL);
});
