// What of a batch has arrived, told in heartbeats: when the worker dies, whoever goes on sends little twice.
import { Context } from '@temporalio/activity';

/**
 * A heartbeat says what has arrived, so it is sent soon after something did; else only to say that the worker lives, which a
 * receiver that hangs for its ten seconds does not call for: each heartbeat is a write of Temporal's.
 */
const NEWS_MS = 1_000;
const HEARTBEAT_INTERVAL_MS = 11_000;

export interface DeliveryProgress {
  /** By seq, the time of the attempt. */
  readonly delivered: ReadonlyMap<number, number>;
  add(seq: number, at: number): void;
  /** Tells at once: must be called before the activity fails, for whoever repeats it. */
  tell(): void;
  /** Must be called when the activity ends. */
  stop(): void;
}

/** Of the activity that runs: begins with what the attempts of Temporal before this one have told. */
export function resumeProgress(): DeliveryProgress {
  const context = Context.current();
  const remembered = context.info.heartbeatDetails as readonly (readonly [number, number])[] | undefined;
  const delivered = new Map(remembered ?? []);
  let [hasNews, beatAt] = [false, Date.now()];
  function tell(): void {
    context.heartbeat([...delivered]);
    [hasNews, beatAt] = [false, Date.now()];
  }
  const timer = setInterval(() => {
    if (hasNews || Date.now() - beatAt >= HEARTBEAT_INTERVAL_MS) tell();
  }, NEWS_MS);
  return {
    delivered,
    add(seq, at) {
      delivered.set(seq, at);
      hasNews = true;
    },
    tell,
    stop: () => clearInterval(timer),
  };
}
