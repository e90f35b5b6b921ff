const PAUSE_MS = { first: 10, last: 100 };
const GROWTH = 1.25;

/**
 * A pause between two looks at what is to come: without it the looking takes the time of what it waits for. Each of one wait
 * is longer than the one before, up to a tenth of a second, since every look costs both servers.
 */
export function pauses(): () => Promise<void> {
  let next = PAUSE_MS.first;
  return () => {
    const ms = next;
    next = Math.min(ms * GROWTH, PAUSE_MS.last);
    return new Promise((resolve) => setTimeout(resolve, ms));
  };
}

// Asks again until an answer satisfies: Visibility may lag a second behind. The test's own time-out ends it.
export async function eventually<T>(ask: () => Promise<T>, isSatisfied: (answer: T) => boolean): Promise<T> {
  const pause = pauses();
  for (;;) {
    const answer = await ask();
    if (isSatisfied(answer)) return answer;
    await pause();
  }
}
