// What must hold while a process is away for longer, or the disk is full: quick refusals that say when to ask again.
import { type Call, type Entry, entriesOf, type Outage } from '../journal';

const ANSWER_MS_MAX = 5_000;
const RECOVERY_MS_MAX = 5_000;
/** Temporal may have to be started again first. */
const RECOVERY_OF_DISK_MS_MAX = 10_000;

export function brokenByOutages(entries: readonly Entry[]): string[] {
  const calls = entriesOf(entries, 'call');
  return entriesOf(entries, 'outage').flatMap((outage) => {
    if (outage.target === 'temporal') return brokenWithoutTemporal(calls, outage);
    return outage.target === 'disk' ? brokenByFullDisk(calls, outage) : [];
  });
}

const brokenWithoutTemporal = (calls: readonly Call[], outage: Outage): string[] => [
  ...within(calls, outage).flatMap(brokenByAnswer),
  ...(recoveryMs(calls, outage) > RECOVERY_MS_MAX ? ['nothing succeeded within 5 s of Temporal being back'] : []),
];

/** What needs no room may still succeed. */
function brokenByFullDisk(calls: readonly Call[], outage: Outage): string[] {
  const slow = within(calls, outage).filter(({ startedAt, endedAt }) => endedAt - startedAt > ANSWER_MS_MAX);
  const recovered = recoveryMs(calls, { ...outage, to: outage.until });
  return [
    ...slow.map(({ operation }) => `on a full disk ${operation} was answered later than after 5 s`),
    ...(recovered > RECOVERY_OF_DISK_MS_MAX ? ['nothing succeeded within 10 s of there being room again'] : []),
  ];
}

function brokenByAnswer({ operation, http, retryAfter, startedAt, endedAt }: Call): string[] {
  const millis = Math.round(endedAt - startedAt);
  if (millis > ANSWER_MS_MAX) return [`without Temporal ${operation} was answered after ${millis} ms`];
  if (http === 200 || (http === 503 && retryAfter !== null)) return [];
  return [`without Temporal ${operation} was answered ${http}, Retry-After ${retryAfter}`];
}

/** One line for each outage, for people. */
export function outageLines(entries: readonly Entry[]): string[] {
  const calls = entriesOf(entries, 'call');
  return entriesOf(entries, 'outage').map((outage) => {
    const during = within(calls, outage);
    const slowest = Math.max(0, ...during.map(({ startedAt, endedAt }) => endedAt - startedAt));
    const count = (http: number) => during.filter((call) => call.http === http).length;
    const length = ((outage.until - outage.from) / 1000).toFixed(1);
    const what = outage.target === 'disk' ? 'disk full' : `${outage.target} away`;
    return `${what} for ${length} s: ${during.length} requests in it (${count(200)} 200, ${count(503)} 503, ${count(504)} 504), the slowest ${Math.round(slowest)} ms; first success after it ${Math.round(recoveryMs(calls, outage))} ms`;
  });
}

/** Asked and answered while it was away; what was under way when it went or came back is not meant. */
const within = (calls: readonly Call[], { from, until }: Outage): readonly Call[] =>
  calls.filter(({ startedAt }) => startedAt > from && startedAt < until - ANSWER_MS_MAX);

function recoveryMs(calls: readonly Call[], { to }: Outage): number {
  const successes = calls
    .filter(({ http, startedAt }) => http === 200 && startedAt > to)
    .map(({ endedAt }) => endedAt - to);
  return Math.min(Number.POSITIVE_INFINITY, ...successes);
}
