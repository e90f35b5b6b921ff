// Lets calls about the same thing go one after another within this process. It saves work, and nothing rests on it: of
// eight updates that race, seven find the conflict before they have written a record that they would take back.

export type OneAfterAnother = <T>(about: string, act: () => Promise<T>) => Promise<T>;

/** Who came first goes first. The caller bounds its wait for its turn; `act` must do nothing after that. */
export function oneAfterAnother(): OneAfterAnother {
  const last = new Map<string, Promise<unknown>>();
  return async (about, act) => {
    const mine = (last.get(about) ?? Promise.resolve()).then(act, act);
    last.set(about, mine);
    try {
      return await mine;
    } finally {
      if (last.get(about) === mine) last.delete(about);
    }
  };
}
