// A tape of numbers that decides what is generated; fast-check makes the tapes and shrinks them. A tape that has run out gives zeros.
export class Dice {
  private position = 0;

  constructor(private readonly tape: readonly number[]) {}

  /** A whole number from 0 to below `sides`; the simplest choice is 0. */
  roll(sides: number): number {
    const number = this.tape[this.position++] ?? 0;
    return sides <= 1 ? 0 : number % sides;
  }

  between(min: number, max: number): number {
    return min + this.roll(max - min + 1);
  }

  /** True in about `percent` of 100 rolls. The simplest choice is false. */
  chance(percent: number): boolean {
    return this.roll(100) >= 100 - percent;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.roll(choices.length)] as T;
  }

  /** Choices with weights; the simplest one stands first. */
  weigh<T>(choices: readonly (readonly [weight: number, choice: T])[]): T {
    let left = this.roll(choices.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, choice] of choices) {
      if (left < weight) return choice;
      left -= weight;
    }
    throw new Error('a choice must have a weight');
  }

  get isEmpty(): boolean {
    return this.position >= this.tape.length;
  }
}
