import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  CLOCK_SKEW_MS_MAX,
  type Clock,
  type HeadLeases,
  type HeadRun,
  headLeases,
  LEASE_MS,
} from '../../src/dispatch/head-leases';

/** Time that passes only when everybody waits. */
class VirtualTime {
  #now = 0;
  #waiting: { readonly at: number; readonly wake: () => void }[] = [];

  now = (): number => this.#now;
  sleep = (ms: number): Promise<void> =>
    new Promise((wake) => this.#waiting.push({ at: this.#now + Math.max(0, ms), wake }));

  async run(): Promise<void> {
    for (;;) {
      await new Promise(setImmediate);
      const [next] = this.#waiting.sort((one, other) => one.at - other.at);
      if (!next) return;
      this.#waiting = this.#waiting.filter((it) => it !== next);
      this.#now = next.at;
      next.wake();
    }
  }

  /** The clocks of a machine: its steady one began at some time, its wall clock is wrong. */
  clock = (wrongByMs: number): Clock => ({
    steady: () => this.#now + 7,
    wall: () => START + this.#now + wrongByMs,
    sleep: this.sleep,
  });
}

const START = 1_750_000_000_000;
const FIRST = { runId: 'run-0', firstRunId: 'run-0', startedAt: START };

/** A head whose describes take a while and read it in the middle. */
class Head {
  run: HeadRun = FIRST;
  version = 0;
  describes = 0;
  constructor(readonly time: VirtualTime) {}

  describe = async (latencyMs: number): Promise<HeadRun> => {
    this.describes++;
    await this.time.sleep(latencyMs / 2);
    const { run } = this;
    await this.time.sleep(latencyMs / 2);
    return run;
  };

  change(): void {
    this.version++;
    this.run = { runId: `run-${this.version}`, firstRunId: 'run-0', startedAt: START + this.time.now() };
  }
}

const versionOf = (run: HeadRun | null): number => Number(run?.runId.slice('run-'.length));

const ACTION = fc.record({
  kind: fc.constantFrom(
    'change' as const,
    'read' as const,
    'dispatch' as const,
    'dispatch' as const,
    'restart' as const,
  ),
  by: fc.nat(2),
  afterMs: fc.constantFrom(0, 1, 40, LEASE_MS / 2, LEASE_MS - 50, LEASE_MS - 1),
  latencyMs: fc.constantFrom(0, 2, 80),
});

describe('the lease of a head', () => {
  test('shows no dispatch what was before a change that anybody had seen when it began', async () => {
    const skew = fc.constantFrom(-CLOCK_SKEW_MS_MAX, 0, CLOCK_SKEW_MS_MAX);
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(skew, skew, skew),
        fc.array(ACTION, { minLength: 1, maxLength: 25 }),
        async (wrongBy, actions) => {
          const time = new VirtualTime();
          const head = new Head(time);
          let latencyMs = 0;
          const fresh = (n: number) =>
            headLeases(() => head.describe(latencyMs), { mayLease: () => true, clock: time.clock(wrongBy[n] ?? 0) });
          const processes = wrongBy.map((_, n) => fresh(n));
          let told = 0;
          const stale: string[] = [];

          const look = async (kind: string, by: number, show: () => Promise<HeadRun | null>): Promise<void> => {
            const known = told;
            const version = versionOf(await show());
            if (version < known) stale.push(`${kind} by ${by} showed ${version} when ${known} had been told`);
            told = Math.max(told, version);
          };
          const change = async (leases: HeadLeases<HeadRun>): Promise<void> => {
            await time.sleep(latencyMs);
            head.change();
            told = Math.max(told, versionOf(await leases.read('head')));
          };
          const act = async ({ kind, by, latencyMs: latency }: (typeof actions)[number]): Promise<void> => {
            const leases = processes[by] ?? fresh(by);
            latencyMs = latency;
            if (kind === 'restart') processes[by] = fresh(by);
            else if (kind === 'change') await change(leases);
            else await look(kind, by, () => (kind === 'read' ? leases.read('head') : leases.leased('head')));
          };
          const all = (async () => {
            const under: Promise<void>[] = [];
            for (const action of actions) {
              await time.sleep(action.afterMs);
              under.push(act(action));
            }
            await Promise.all(under);
          })();
          await time.run();
          await all;
          expect(stale).toEqual([]);
        },
      ),
      { numRuns: 250 },
    );
  });

  test('costs one read of the head for all dispatches of half a second, those that come together included', async () => {
    const time = new VirtualTime();
    const head = new Head(time);
    const leases = headLeases(() => head.describe(20), { mayLease: () => true, clock: time.clock(0) });
    const all = (async () => {
      await Promise.all([leases.leased('head'), leases.leased('head')]);
      await time.sleep(LEASE_MS - 30);
      await leases.leased('head');
      expect(head.describes).toBe(1);
      await time.sleep(20);
      await leases.leased('head');
      expect(head.describes).toBe(2);
    })();
    await time.run();
    await all;
  });

  test('keeps a change back for half a second, an old one not at all', async () => {
    const time = new VirtualTime();
    const head = new Head(time);
    const read = () => headLeases(() => head.describe(0), { mayLease: () => true, clock: time.clock(0) }).read('head');
    const all = (async () => {
      await read();
      expect(time.now()).toBe(0);
      head.change();
      await read();
      expect(time.now()).toBe(LEASE_MS);
      await time.sleep(CLOCK_SKEW_MS_MAX + 1);
      const before = time.now();
      await read();
      expect(time.now()).toBe(before);
    })();
    await time.run();
    await all;
  });

  test('is not given to what dispatches refuse, nor kept of a read that failed', async () => {
    const time = new VirtualTime();
    const head = new Head(time);
    const refusing = headLeases(() => head.describe(0), { mayLease: () => false, clock: time.clock(0) });
    const outcomes = [Promise.reject(new Error('away')), Promise.resolve(FIRST), Promise.resolve(null)];
    for (const outcome of outcomes) outcome.catch(() => undefined);
    const failing = headLeases(() => outcomes.shift() ?? Promise.resolve(null), {
      mayLease: () => true,
      clock: time.clock(0),
    });
    const all = (async () => {
      await refusing.leased('head');
      await refusing.leased('head');
      expect(head.describes).toBe(2);
      // Whoever waited for the read that failed asks for itself.
      const [first, second] = await Promise.allSettled([failing.leased('head'), failing.leased('head')]);
      expect([first?.status, second]).toEqual(['rejected', { status: 'fulfilled', value: FIRST }]);
      await time.sleep(LEASE_MS);
      expect(await failing.leased('head')).toBeNull();
    })();
    await time.run();
    await all;
  });
});
