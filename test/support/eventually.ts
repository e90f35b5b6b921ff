// Asks again until an answer satisfies: Visibility may lag a second behind. The test's own time-out ends it.
export async function eventually<T>(ask: () => Promise<T>, isSatisfied: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isSatisfied(answer)) return answer;
  }
}
