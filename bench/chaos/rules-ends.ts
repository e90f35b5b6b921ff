// What must hold of ends: whatever was dispatched ends, on both APIs alike, and as the reference model says.

import { finalEvents } from '../deliveries';
import { type Call, type Entry, entriesOf } from '../journal';
import { isOver, type SeenEvent, type SeenExecution } from '../views';
import { expectedOf } from './expected';
import { acknowledgedKeys } from './rules-calls';

export function brokenByEnds(entries: readonly Entry[]): string[] {
  const calls = entriesOf(entries, 'call');
  const settledAt = entriesOf(entries, 'settled')[0]?.at ?? Number.POSITIVE_INFINITY;
  const reads = new Map<string, Call[]>();
  for (const call of calls) {
    if (call.operation !== 'executions/get' || call.http !== 200 || call.startedAt < settledAt) continue;
    const executionId = String(call.data.executionId);
    reads.set(executionId, [...(reads.get(executionId) ?? []), call]);
  }
  const events = finalEvents(entries);
  const touched = touchedSteps(entries);
  return acknowledgedKeys(calls).flatMap((key) => {
    const executionId = `exec_${key}`;
    const mine = reads.get(executionId) ?? [];
    const [view] = mine.map(({ result }) => result as SeenExecution);
    if (view === undefined || new Set(mine.map(({ api }) => api)).size < 2 || !events.has(executionId)) {
      return [`${executionId} was dispatched and was not read once more from both APIs`];
    }
    if (new Set(mine.map(({ result }) => JSON.stringify(result))).size > 1) {
      return [`both APIs show ${executionId} differently`];
    }
    if (!isOver(view)) return [`${executionId} was dispatched and has not ended: ${view.status}`];
    return [
      ...brokenByModel(view, events.get(executionId) ?? []),
      ...brokenByAgents(view, touched.get(executionId) ?? new Set()),
    ];
  });
}

function brokenByModel(view: SeenExecution, events: readonly SeenEvent[]): string[] {
  const { executionId } = view;
  const expected = expectedOf(view, events);
  if (expected === null) return [`${executionId} has no known definition`];
  const found: string[] = [];
  const compare = (what: string, wanted: unknown, seen: unknown) => {
    const [a, b] = [JSON.stringify(wanted), JSON.stringify(seen)];
    if (a !== b) found.push(`${executionId}: ${what} ought to be ${a} and is ${b}`);
  };
  compare('the status', expected.status, view.status);
  compare('the failure', expected.failure, view.failureReason?.code ?? null);
  compare(
    'the steps',
    expected.steps,
    view.steps.map(({ stepId, status }) => `${stepId} ${status}`),
  );
  compare(
    'the events',
    expected.events,
    events.map(({ seq, type, stepId }) => `${seq} ${type} ${stepId}`),
  );
  const successors = view.steps.filter(({ nodeId }) => nodeId === 'publish').length;
  if (successors > 1) found.push(`${executionId} has ${successors} steps of publish`);
  return found;
}

function touchedSteps(entries: readonly Entry[]): Map<string, Set<string>> {
  const touched = new Map<string, Set<string>>();
  for (const { executionId, stepId } of entriesOf(entries, 'agent')) {
    touched.set(executionId, (touched.get(executionId) ?? new Set()).add(stepId));
  }
  return touched;
}

/** No agent ran for a step that is not there, and none completed without having run. */
function brokenByAgents({ executionId, steps }: SeenExecution, called: ReadonlySet<string>): string[] {
  const known = new Set(steps.map(({ stepId }) => stepId));
  const unknown = [...called].filter((stepId) => !known.has(stepId));
  const silent = steps.filter(({ nodeType, stepId }) => nodeType === 'agent' && !called.has(stepId));
  return [
    ...unknown.map((stepId) => `${executionId}: an agent ran for ${stepId}, which does not exist`),
    ...silent.map(({ stepId }) => `${executionId}: no agent ran for ${stepId}`),
  ];
}
