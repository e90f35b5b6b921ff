// The stored form of events: type, step and time, and what they say only where it does not follow from the run.
import type { JsonObject } from '../definition/json';
import { EVENT_TYPES, type EventType, type ExecutionEvent } from './event';
import { awaitingData, completedData, overriddenData, reassignedData, reminderData, resumeKeyOf } from './event-data';
import { allEvents } from './event-log';
import { nodeOf } from './node';
import type { Plan, Run, Step } from './run';

/** The step by its position (-1: none), the time since the event before; `data` as it is, or the place of a response. */
type PackedEvent = readonly [type: number, step: number, since: number, data?: JsonObject | number];

type Restored = Pick<Run, 'steps' | 'startedAt' | 'failureReason'>;

export function packEvents(plan: Plan, run: Run): readonly PackedEvent[] {
  const positions = new Map(run.steps.map((step, position) => [step.stepId, position]));
  const told = tellings();
  let before = run.startedAt;
  return allEvents(run.log).map(({ type, stepId, at, data }): PackedEvent => {
    const position = stepId === null ? -1 : (positions.get(stepId) ?? -1);
    const since = at - before;
    before = at;
    const code = EVENT_TYPES.indexOf(type);
    const step = run.steps[position];
    if (step && type === 'step.response-recorded') {
      told(type, position);
      return [code, position, since, responsePlace(step, data)];
    }
    return isSame(derived(plan, run, { type, step, told: told(type, position) }), data)
      ? [code, position, since]
      : [code, position, since, data ?? {}];
  });
}

export function unpackEvents(plan: Plan, run: Restored, packed: readonly PackedEvent[]): readonly ExecutionEvent[] {
  const told = tellings();
  let at = run.startedAt;
  return packed.map(([code, position, since, stored], index): ExecutionEvent => {
    at += since;
    const type = EVENT_TYPES[code];
    if (type === undefined) throw new Error('a stored event is of no known type');
    const step = run.steps[position];
    const before = told(type, position);
    const data =
      typeof stored === 'number' && step
        ? responseData(step, stored)
        : ((stored as JsonObject | undefined) ?? derived(plan, run, { type, step, told: before }));
    return { seq: index + 1, type, stepId: step?.stepId ?? null, at, data };
  });
}

/** How much of a step earlier events have told: a reminder says who had not decided by then. */
interface Told {
  readonly responses: number;
  readonly reassigned: number;
  readonly reminded: number;
}
const NOTHING_TOLD: Told = { responses: 0, reassigned: 0, reminded: 0 };

/** Asked for each event in order, says what was told of its step before. */
function tellings(): (type: EventType, position: number) => Told {
  const known = new Map<number, Told>();
  return (type, position) => {
    const before = known.get(position) ?? NOTHING_TOLD;
    if (type === 'step.response-recorded') known.set(position, { ...before, responses: before.responses + 1 });
    if (type === 'step.reassigned') known.set(position, { ...before, reassigned: before.reassigned + 1 });
    if (type === 'step.reminder') known.set(position, { ...before, reminded: before.reminded + 1 });
    return before;
  };
}

const asToldOf = ({ responses, reassignments }: Step, told: Told): Parameters<typeof reminderData>[1] => ({
  responses: responses.slice(0, told.responses),
  reassignments: reassignments.slice(0, told.reassigned),
  reminded: told.reminded + 1,
});

/** What an event of this type says, as the run tells it; null for those that say nothing, or what only they know. */
function derived(
  plan: Plan,
  run: Restored,
  { type, step, told }: { readonly type: EventType; readonly step: Step | undefined; readonly told: Told },
): JsonObject | null {
  if (!step) return derivedOfExecution(plan, run, type);
  switch (type) {
    case 'step.scheduled':
      return { nodeId: step.nodeId };
    case 'step.awaiting-approval':
      return awaitingData(plan, step);
    case 'step.resumed':
      return { resumeKey: resumeKeyOf(plan, step) };
    case 'step.overridden':
      return step.override === null ? null : overriddenData(step.override);
    case 'step.completed':
      return completedData(plan, step);
    case 'step.failed':
      return step.error === null ? null : { error: { code: step.error.code, message: step.error.message } };
    case 'step.breached':
      return step.error === null ? null : { reason: step.error.code };
    case 'step.reminder': {
      const node = nodeOf(plan, step.nodeId);
      return node.type === 'human' ? reminderData(node, asToldOf(step, told)) : null;
    }
    case 'step.reassigned': {
      const reassignment = step.reassignments[told.reassigned];
      return reassignment === undefined ? null : reassignedData(reassignment);
    }
    case 'step.cancelled':
      return step.cancel === null ? null : { actorId: step.cancel.actorId, reason: step.cancel.reason };
    default:
      return null;
  }
}

function derivedOfExecution({ definition }: Plan, run: Restored, type: EventType): JsonObject | null {
  const { definitionId, version } = definition;
  if (type === 'execution.dispatched') {
    const roots = run.steps.filter((step) => step.cause.kind === 'root');
    return { definitionId, definitionVersion: version, rootStepIds: roots.map((step) => step.stepId) };
  }
  if (type !== 'execution.failed' || run.failureReason === null) return null;
  const { code, message } = run.failureReason;
  return { failureReason: { code, message } };
}

function responsePlace(step: Step, data: JsonObject | null): number {
  const place = step.responses.findIndex((response) => response.reviewerId === data?.reviewerId);
  return place >= 0 ? place : step.resolutions.findIndex((resolution) => resolution.responseId === data?.responseId);
}

function responseData(step: Step, place: number): JsonObject {
  const response = step.responses[place];
  if (response) {
    const { reviewerId, decision, reason } = response;
    return { reviewerId, decision, reason };
  }
  const resolved = step.resolutions[place];
  if (!resolved) throw new Error('a stored event names a response that is not there');
  const { responseId, resolution, actorId, reason } = resolved;
  return { responseId, resolution, actorId, reason };
}

const isSame = (a: JsonObject | null, b: JsonObject | null): boolean => JSON.stringify(a) === JSON.stringify(b);
