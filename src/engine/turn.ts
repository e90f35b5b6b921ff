// One turn of the engine: the working state while a single input is worked off. It alone is mutable, it never leaves
// `advance`, and nothing of the run it began with is changed.
import { assertNever, type Json, type JsonObject, jsonBytes } from '../definition/json';
import { LIMITS } from '../definition/limits';
import type { Effect } from './effect';
import { type EventType, type ExecutionEvent, isDerivable } from './event';
import { appendEvents } from './event-log';
import type { ExecutionStatus, GroupState, LoopState, Plan, Run, Step, StepError, StepStatus } from './run';
import { copySteps } from './step-positions';

export interface Turn {
  readonly plan: Plan;
  readonly at: number;
  nonce: string;
  status: ExecutionStatus;
  startedAt: number;
  completedAt: number | null;
  cancelledAt: number | null;
  failureReason: StepError | null;
  readonly steps: Step[];
  groups: Readonly<Record<string, GroupState>>;
  loops: Readonly<Record<string, LoopState>>;
  openSteps: number;
  /** Whether a step with a deadline or a reminder opened or ended, or had its reminder. */
  hasDeadlineMoved: boolean;
  /** What the conditions of the execution's edges may still cost. */
  readonly conditions: { left: number };
  seq: number;
  bytes: number;
  readonly events: ExecutionEvent[];
  readonly effects: Effect[];
  /** Positions of steps that ended in this turn and whose edges and groups are still to be evaluated. */
  readonly ended: number[];
  /** Set by the first thing that makes the execution fail; from then on nothing more is started. */
  failure: StepError | null;
}

/** What a step and an event take at most when stored (stored.ts), beside what is counted exactly. */
const STEP_BYTES = 230;
const EVENT_BYTES = 36;

export function beginTurn(plan: Plan, run: Run, at: number): Turn {
  return {
    plan,
    at,
    nonce: run.nonce,
    status: run.status,
    startedAt: run.startedAt,
    completedAt: run.completedAt,
    cancelledAt: run.cancelledAt,
    failureReason: run.failureReason,
    steps: copySteps(run.steps),
    groups: run.groups,
    loops: run.loops,
    openSteps: run.openSteps,
    hasDeadlineMoved: false,
    conditions: { left: conditionsMaxOf(plan) - run.conditionWork },
    seq: run.seq,
    bytes: run.bytes,
    events: [],
    effects: [],
    ended: [],
    failure: null,
  };
}

/** What was asked for and cancelled within one turn is never started. */
export function effectsOf(turn: Turn): readonly Effect[] {
  const asked = new Set(turn.effects.map((effect) => (effect.kind === 'cancel-work' ? null : effect.request.stepId)));
  const cancelled = new Set(turn.effects.map((effect) => (effect.kind === 'cancel-work' ? effect.stepId : null)));
  return turn.effects.filter((effect) =>
    effect.kind === 'cancel-work' ? !asked.has(effect.stepId) : !cancelled.has(effect.request.stepId),
  );
}

/** In earlier executions each condition has a bound, and all of them together have none. */
const conditionsMaxOf = ({ facts }: Plan): number =>
  facts.boundsConditions ? LIMITS.whenWorkOfExecutionMax : Number.POSITIVE_INFINITY;

/** `"conditionWork":40000000,` */
const CONDITION_WORK_BYTES = 25;

export function endTurn(turn: Turn, before: Run): Run {
  const conditionWork = turn.plan.facts.boundsConditions ? conditionsMaxOf(turn.plan) - turn.conditions.left : 0;
  const isFirstWork = conditionWork > 0 && before.conditionWork === 0;
  return {
    nonce: turn.nonce,
    status: turn.status,
    startedAt: turn.startedAt,
    completedAt: turn.completedAt,
    cancelledAt: turn.cancelledAt,
    failureReason: turn.failureReason,
    steps: turn.steps,
    groups: turn.groups,
    loops: turn.loops,
    openSteps: turn.openSteps,
    nextDue: turn.hasDeadlineMoved ? earliestOf(turn.steps, wakeOf) : before.nextDue,
    seq: turn.seq,
    conditionWork,
    log: appendEvents(before.log, turn.events),
    bytes: turn.bytes + (isFirstWork ? CONDITION_WORK_BYTES : 0),
  };
}

/** Numbers an event and adds it to the turn. */
export function emit(turn: Turn, type: EventType, stepId: string | null, data: JsonObject | null = null): number {
  turn.seq += 1;
  turn.events.push({ seq: turn.seq, type, stepId, at: turn.at, data });
  turn.bytes += EVENT_BYTES + (data === null || isDerivable(type) ? 0 : jsonBytes(data));
  return turn.seq;
}

/** Appends a step and gives its position. */
export function appendStep(turn: Turn, step: Step): number {
  turn.bytes += STEP_BYTES + jsonBytes(step.cause as unknown as Json);
  turn.openSteps += 1;
  return turn.steps.push(step) - 1;
}

export function stepAt(turn: Pick<Turn, 'steps'>, position: number): Step {
  const step = turn.steps[position];
  if (!step) throw new Error(`no step at position ${position}`);
  return step;
}

/** Replaces parts of a step that has not ended: a terminal status is never left (contract 2 section 1). */
export function changeStep(turn: Turn, position: number, change: Partial<Step>): Step {
  const before = stepAt(turn, position);
  if (!isOpen(before.status) && change.status !== undefined) throw new Error(`step ${before.stepId} has already ended`);
  const after: Step = Object.assign({ ...before }, change);
  turn.steps[position] = after;
  if (after.dueAt !== null || after.remindAt !== null || before.remindAt !== null) turn.hasDeadlineMoved = true;
  return after;
}

export function isOpen(status: StepStatus): boolean {
  switch (status) {
    case 'pending':
    case 'running':
    case 'waiting':
      return true;
    case 'completed':
    case 'failed':
    case 'skipped':
    case 'cancelled':
    case 'breached':
      return false;
    default:
      return assertNever(status);
  }
}

/** When time alone changes something on a step: at its deadline, or at the reminder before it. */
export function wakeOf({ dueAt, remindAt }: Pick<Step, 'dueAt' | 'remindAt'>): number | null {
  return dueAt === null || remindAt === null ? (dueAt ?? remindAt) : Math.min(dueAt, remindAt);
}

/** The open step whose instant comes first, by its position; of two that come at once the older one. */
export function earliestOf(steps: readonly Step[], instantOf: (step: Step) => number | null): number | null {
  let first: number | null = null;
  let earliest = Number.POSITIVE_INFINITY;
  for (const [position, step] of steps.entries()) {
    const instant = instantOf(step);
    if (instant === null || instant >= earliest || !isOpen(step.status)) continue;
    first = position;
    earliest = instant;
  }
  return first;
}
