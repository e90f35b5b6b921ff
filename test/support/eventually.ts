const PAUSE_MS = 10;

/** Between two looks at what is to come: without it the looking takes the time of what it waits for. */
export const pause = () => new Promise<void>((resolve) => setTimeout(resolve, PAUSE_MS));

// Asks again until an answer satisfies: Visibility may lag a second behind. The test's own time-out ends it.
export async function eventually<T>(ask: () => Promise<T>, isSatisfied: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isSatisfied(answer)) return answer;
    await pause();
  }
}
