// What the outside sees of a run: the ExecutionView and StepViews of contract 1.
import type { NodeType } from '../definition/definition';
import { type Json, type JsonObject, jsonBytes } from '../definition/json';
import { type ExecutionEvent, isExternal } from './event';
import { eventsAfter } from './event-log';
import { nodeOf } from './node';
import { outputOf } from './output';
import { undecidedReviewers } from './reviewers';
import type { ExecutionStatus, Plan, Run, Step, StepError, StepStatus } from './run';

export interface StepView {
  readonly stepId: string;
  readonly nodeId: string;
  readonly nodeType: NodeType;
  readonly status: StepStatus;
  readonly groupId: string | null;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
  readonly output: JsonObject | null;
  readonly error: StepError | null;
}

export interface ExecutionView {
  readonly executionId: string;
  readonly status: ExecutionStatus;
  readonly startedAt: number;
  readonly completedAt: number | null;
  readonly cancelledAt: number | null;
  readonly definitionId: string;
  readonly definitionVersion: number;
  readonly correlationId: string;
  readonly idempotencyKey: string;
  readonly failureReason: StepError | null;
  readonly steps: readonly StepView[];
}

/** An execution with as many of its steps as fit into one answer of Temporal. */
export interface ViewPage extends ExecutionView {
  /** The position of the first step that is not shown; null when this page has the last one. */
  readonly next: number | null;
  /** The number of the last event: pages of the same number belong together. */
  readonly seq: number;
}

export interface EventsPage {
  /** External events, ascending. */
  readonly events: readonly ExecutionEvent[];
  readonly correlationId: string;
  readonly hasMore: boolean;
}

/** Temporal takes payloads of 2 MiB and warns of half of one; one event more than this can be on a page, and one step that is larger. */
const PAGE_BYTES_MAX = 448 * 1024;

/** The ExecutionView of a run (contract 1, executions/get); steps in creation order, from this position on. */
export function viewPage(plan: Plan, run: Run, from: number): ViewPage {
  const { executionId, correlationId, idempotencyKey } = plan.facts;
  const { steps, next } = stepsOnPage(run, from, (step) => stepView(plan, step));
  return {
    executionId,
    status: run.status,
    startedAt: run.startedAt,
    completedAt: run.completedAt,
    cancelledAt: run.cancelledAt,
    definitionId: plan.definition.definitionId,
    definitionVersion: plan.definition.version,
    correlationId,
    idempotencyKey,
    failureReason: run.failureReason,
    steps,
    next,
    seq: run.seq,
  };
}

/** As many steps as fit, at least one. */
export function stepsOnPage<T extends StepView>(run: Pick<Run, 'steps'>, from: number, show: (step: Step) => T) {
  const steps: T[] = [];
  let bytes = 0;
  let position = Math.min(from, run.steps.length);
  for (; position < run.steps.length; position++) {
    const step = run.steps[position];
    if (!step) break;
    const view = show(step);
    bytes += jsonBytes(view as unknown as Json);
    if (steps.length > 0 && bytes > PAGE_BYTES_MAX) break;
    steps.push(view);
  }
  return { steps, next: position < run.steps.length ? position : null };
}

/** External events with a higher number than `sinceSeq`, as many as fit (contract 1, executions/getEvents). */
export function eventsPage(
  { facts: { correlationId } }: Pick<Plan, 'facts'>,
  run: Pick<Run, 'log'>,
  { sinceSeq, pageSize }: { readonly sinceSeq: number; readonly pageSize: number },
): EventsPage {
  const events: ExecutionEvent[] = [];
  let bytes = 0;
  for (const event of eventsAfter(run.log, sinceSeq)) {
    if (!isExternal(event)) continue;
    if (events.length === pageSize || bytes >= PAGE_BYTES_MAX) return { events, correlationId, hasMore: true };
    events.push(event);
    bytes += jsonBytes(event as unknown as Json);
  }
  return { events, correlationId, hasMore: false };
}

/** Everyone some step waits for and who has not decided on it, without doubles: what operators filter by. */
export function pendingReviewers(plan: Plan, run: Run): readonly string[] {
  const pending = new Set<string>();
  for (const step of run.steps) {
    if (step.status !== 'waiting') continue;
    const node = nodeOf(plan, step.nodeId);
    if (node.type === 'human') for (const userId of undecidedReviewers(node, step)) pending.add(userId);
  }
  return [...pending];
}

export function stepView(plan: Plan, step: Step): StepView {
  return {
    stepId: step.stepId,
    nodeId: step.nodeId,
    nodeType: nodeOf(plan, step.nodeId).type,
    status: step.status,
    groupId: plan.graph.groupOf.get(step.nodeId)?.groupId ?? null,
    startedAt: step.startedAt,
    completedAt: step.completedAt,
    output: outputOf(plan, step),
    error: step.error,
  };
}
