// How long a head that was read may be used again, and how long a changed one is kept back: so that a dispatch seldom
// costs a read of the head, and nobody who has seen a change meets what was before it (docs/decisions/0104).
import { setTimeout as sleepFor } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';

/** What a head's run must tell; of runs that continued as new one from the other `firstRunId` is the first. */
export interface HeadRun {
  readonly runId: string;
  readonly firstRunId: string;
  /** Epoch milliseconds, by Temporal's clock. */
  readonly startedAt: number;
}

export interface HeadLeases<Run extends HeadRun> {
  /** Strongly consistent: a change that it shows is used by every dispatch that begins after it. */
  read(workflowId: string): Promise<Run | null>;
  /** As it was at most LEASE_MS ago, and not before any change that somebody has been told of. */
  leased(workflowId: string): Promise<Run | null>;
}

export interface LeaseOptions<Run> {
  /** Whether dispatches may use it again; what they refuse is asked for each time. */
  readonly mayLease: (run: Run) => boolean;
  readonly clock?: Clock;
}

export interface Clock {
  /** Milliseconds that never go back, and may stand still while the machine sleeps. */
  readonly steady: () => number;
  /** Epoch milliseconds. */
  readonly wall: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** The same in every process: each keeps changes back for as long as the others may use what was before. */
export const LEASE_MS = 500;
/** More than this the clocks of Temporal's hosts and of ours do not differ. */
export const CLOCK_SKEW_MS_MAX = 10_000;

const HEADS_MAX = 10_000;
const OWN_CLOCK: Clock = { steady: () => performance.now(), wall: Date.now, sleep: (ms) => sleepFor(ms) };

interface Lease<Run> {
  readonly run: Promise<Run | null>;
  readonly steadyAt: number;
  readonly wallAt: number;
}

/** `describe` reads the newest open run, strongly consistent. */
export function headLeases<Run extends HeadRun>(
  describe: (workflowId: string) => Promise<Run | null>,
  { mayLease, clock = OWN_CLOCK }: LeaseOptions<Run>,
): HeadLeases<Run> {
  const leases = new LRUCache<string, Lease<Run>>({ max: HEADS_MAX });
  const seen = new LRUCache<string, { readonly runId: string; readonly steadyAt: number }>({ max: HEADS_MAX });

  /** Returns when no process uses the run before this one any more. */
  async function settled(workflowId: string, { runId, firstRunId, startedAt }: Run): Promise<void> {
    // Nothing was before it but what is told to have gone.
    if (runId === firstRunId) return;
    const known = seen.get(workflowId);
    const since = known?.runId === runId ? known.steadyAt : clock.steady();
    if (known?.runId !== runId) seen.set(workflowId, { runId, steadyAt: since });
    if (clock.wall() - startedAt > LEASE_MS + CLOCK_SKEW_MS_MAX) return;
    const left = since + LEASE_MS - clock.steady();
    if (left > 0) await clock.sleep(Math.ceil(left));
  }

  async function read(workflowId: string): Promise<Run | null> {
    const run = await describe(workflowId);
    if (run) await settled(workflowId, run);
    return run;
  }

  /** Counted from before the head was asked for; by two clocks, as one stands still in sleep and the other may be set. */
  const isUsable = ({ steadyAt, wallAt }: Lease<Run>): boolean =>
    clock.steady() - steadyAt < LEASE_MS && Math.abs(clock.wall() - wallAt) < LEASE_MS;

  return {
    read,
    async leased(workflowId) {
      const held = leases.get(workflowId);
      // When whoever asked first gave up, or was cut off, the others ask for themselves.
      const run = held && isUsable(held) ? await held.run.catch(() => null) : null;
      if (run) return run;
      const lease = { run: read(workflowId), steadyAt: clock.steady(), wallAt: clock.wall() };
      leases.set(workflowId, lease);
      const giveUp = () => {
        if (leases.get(workflowId) === lease) leases.delete(workflowId);
      };
      try {
        const found = await lease.run;
        if (!found || !mayLease(found)) giveUp();
        return found;
      } catch (error) {
        giveUp();
        throw error;
      }
    },
  };
}
