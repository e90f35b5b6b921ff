// A seeded source of choices, so that a case that went wrong can be had again.

export interface Random {
  /** From 0 to below `max`. */
  below(max: number): number;
  pick<T>(from: readonly T[]): T;
  chance(share: number): boolean;
}

/** mulberry32: small, and good enough to wander about. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (max: number) => Math.floor(next() * max);
  return { below, pick: (from) => from[below(from.length)]!, chance: (share) => next() < share };
}
