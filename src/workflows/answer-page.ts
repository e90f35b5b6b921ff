// As much of a long answer as Temporal takes: what a query answers is one payload, of at most 2 MiB.
import { type Json, jsonBytes } from '../definition/json';
import type { SeqPage } from './contract/messages';

/** As JSON. One item may be larger. Smaller pages take longer together than the API waits for tens of thousands of items. */
const ANSWER_BYTES_MAX = 1024 * 1024;

/** As many of the first as fit, at least one. */
export function asManyAsFit<T extends object>(items: readonly T[]): readonly T[] {
  let bytes = 0;
  const fitting = items.findIndex((item, index) => {
    bytes += jsonBytes(item as unknown as Json);
    return index > 0 && bytes > ANSWER_BYTES_MAX;
  });
  return fitting < 0 ? items : items.slice(0, fitting);
}

/** In seq order, from this seq on; each seq stands for one item. */
export function pageFrom<T extends { readonly seq: number }>(all: readonly T[], from: number): SeqPage<T> {
  const left = all.filter(({ seq }) => seq >= from).sort((one, other) => one.seq - other.seq);
  const items = asManyAsFit(left);
  return { items, next: left[items.length]?.seq ?? null };
}
