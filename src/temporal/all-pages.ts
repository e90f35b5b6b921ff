// Puts an answer together that a workflow gives in pages.
import type { SeqPage } from '../workflows/contract/messages';

/** Without `next` it is all there is: a worker of a build from before there were pages answered. */
type Answer<T> = Pick<SeqPage<T>, 'items'> & Partial<Pick<SeqPage<T>, 'next'>>;

/** Everything, in seq order where it came in pages. Nearly always it is one. */
export async function allPages<T>(ask: (from: number) => Promise<Answer<T>>): Promise<readonly T[]> {
  const items: T[] = [];
  for (let from: number | null = 0; from !== null; ) {
    const page = await ask(from);
    if (page.next === undefined) return page.items;
    items.push(...page.items);
    from = page.next;
  }
  return items;
}
