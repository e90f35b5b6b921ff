// Work that is done so many at a time, or that comes so many times a second.
import { setTimeout as sleep } from 'node:timers/promises';

/** Runs `work` for 0, 1, … `count - 1`. */
export async function atATime(
  concurrency: number,
  count: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, lane));
}

/** Begins `work` for 0, 1, … `count - 1`, evenly spread, whether what came before is done or not; resolves when all are. */
export async function arriving(
  perSecond: number,
  count: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  const startedAt = performance.now();
  const works: Promise<void>[] = [];
  for (let index = 0; index < count; index++) {
    await sleep(Math.max(0, startedAt + (index * 1000) / perSecond - performance.now()));
    const begun = work(index);
    // Heard of at the end, with the others.
    begun.catch(() => undefined);
    works.push(begun);
  }
  await Promise.all(works);
}
