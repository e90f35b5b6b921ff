// Judges the executions of a storm by what was seen and what arrived. Pure; their histories are judged by themselves (histories.ts).
import { brokenByDeliveries, finalEvents } from '../deliveries';
import { type Call, type Entry, entriesOf } from '../journal';
import { isOver, responsesOf, type SeenEvent, type SeenExecution, type SeenStep } from '../views';
import type { Played } from './play';
import type { Violation } from './violation';

/** `secret`: the receiver's. */
export function violationsIn(
  entries: readonly Entry[],
  executions: readonly Played[],
  secret: string,
): readonly Violation[] {
  const groups = byExecution(entries);
  return [
    ...executions.flatMap((played) =>
      brokenBy(played, groups.get(played.executionId) ?? [], secret).map((text) => ({
        executionId: played.executionId,
        text,
      })),
    ),
    ...entriesOf(entries, 'ended').map(({ name, code }) => ({
      executionId: null,
      text: `${name} ended by itself (${code})`,
    })),
    ...(executions.length === 0 ? [{ executionId: null, text: 'no execution was dispatched' }] : []),
  ];
}

function brokenBy(played: Played, entries: readonly Entry[], secret: string): string[] {
  const { ending, open, contradictions, heard } = played;
  const stood = ending === 'stood-still' ? [`it stands still with ${open.join(', ') || 'no open step'}`] : [];
  const found = [...stood, ...fewOf(contradictions)];
  // What goes on is not at its end: reads of it show another moment than what has arrived.
  if (ending !== 'ended') return found;
  const isHeard = (_: string, type: string) => heard === null || heard.includes(type);
  found.push(...brokenByDeliveries(entries, secret, isHeard));
  const view = finalView(entries);
  if (view === null) return [...found, 'it cannot be read after its end'];
  const events = finalEvents(entries).get(played.executionId) ?? [];
  return [...found, ...brokenByView(view), ...brokenByEvents(events), ...brokenByDecisions(view, entries)];
}

/** One fault contradicts many sightings. */
const CONTRADICTIONS_MAX = 3;

function fewOf(contradictions: readonly string[]): string[] {
  const more = contradictions.length - CONTRADICTIONS_MAX;
  const few = contradictions.slice(0, CONTRADICTIONS_MAX);
  return more > 0 ? [...few, `and ${more} more of its sightings contradict each other`] : few;
}

function finalView(entries: readonly Entry[]): SeenExecution | null {
  const settledAt = entriesOf(entries, 'settled')[0]?.at ?? Number.POSITIVE_INFINITY;
  const isFinal = ({ operation, http, startedAt }: Call) =>
    operation === 'executions/get' && http === 200 && startedAt >= settledAt;
  return (entriesOf(entries, 'call').findLast(isFinal)?.result as SeenExecution | undefined) ?? null;
}

function brokenByView(view: SeenExecution): string[] {
  if (!isOver(view)) return [`it had ended and is ${view.status}`];
  return view.steps
    .filter(({ status }) => status === 'running' || status === 'waiting')
    .map(({ stepId, status }) => `it is ${view.status}, and its step ${stepId} is ${status}`);
}

/** Of these a step, or the execution, has one at most. */
const ONCE = /^(execution\.|step\.(awaiting-approval|completed|failed|breached|cancelled)$)/;

function brokenByEvents(events: readonly SeenEvent[]): string[] {
  const last = events.at(-1);
  const found = last && !last.type.startsWith('execution.') ? [`its last event is ${last.type}`] : [];
  const seen = new Set<string>();
  for (const { type, stepId } of events.filter((event) => ONCE.test(event.type))) {
    const what = `${type} of ${stepId ?? 'the execution'}`;
    if (seen.has(what)) found.push(`there is more than one ${what}`);
    seen.add(what);
  }
  return found;
}

/** What was said to be recorded is there at the end, once. */
function brokenByDecisions({ steps }: SeenExecution, entries: readonly Entry[]): string[] {
  const recorded = entriesOf(entries, 'call').filter(
    ({ operation, http, result }) =>
      operation === 'steps/recordReviewerDecision' && http === 200 && (result as { recorded: boolean }).recorded,
  );
  return recorded.flatMap(({ data: { stepId, reviewerId, decision } }) => {
    const step = steps.find((it) => it.stepId === stepId);
    const times = countOf(step, String(reviewerId), String(decision));
    return times === 1
      ? []
      : [`the ${decision} of ${reviewerId} on ${stepId}, said to be recorded, is there ${times} times`];
  });
}

const countOf = (step: SeenStep | undefined, reviewerId: string, decision: string): number =>
  step === undefined
    ? 0
    : responsesOf(step).filter((response) => response.reviewerId === reviewerId && response.decision === decision)
        .length;

/** Each gets what concerns it, and when all had settled. */
function byExecution(entries: readonly Entry[]): Map<string, Entry[]> {
  const settled = entriesOf(entries, 'settled');
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const executionId = executionOf(entry);
    if (executionId === null) continue;
    const group = groups.get(executionId);
    if (group) group.push(entry);
    else groups.set(executionId, [...settled, entry]);
  }
  return groups;
}

function executionOf(entry: Entry): string | null {
  if (entry.kind === 'call') return typeof entry.data.executionId === 'string' ? entry.data.executionId : null;
  if (entry.kind !== 'delivery') return null;
  const { executionId } = JSON.parse(Buffer.from(entry.body, 'base64').toString()) as { readonly executionId: string };
  return executionId;
}
