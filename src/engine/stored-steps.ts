// The stored form of steps: what has its default is left out, times are counted from the start, ids follow from causes.
import { assertNever } from '../definition/json';
import type { AgentResolution, HumanResponse, Plan, Reassignment, Run, Step, StepCause, StepStatus } from './run';
import { childStepId, groupStepId, loopEntryStepId, rootStepId } from './step-id';

export interface PackedStep {
  /** The node, by its place in the definition. */
  readonly n: number;
  readonly s: number;
  /** Left out for a root; a number is the parent of an edge. */
  readonly c?: number | Exclude<StepCause, { kind: 'root' | 'edge' }>;
  readonly i?: number;
  readonly a?: number;
  readonly z?: number;
  readonly d?: number;
  readonly q?: number;
  readonly e?: Step['error'];
  /** 1: approve, 2: reject. */
  readonly x?: 1 | 2;
  readonly o?: Step['output'];
  readonly r?: readonly HumanResponse[];
  readonly w?: readonly AgentResolution[];
  readonly v?: Step['override'];
  readonly k?: Step['cancel'];
  readonly f?: 1;
  /** The next reminder, and how many there were. */
  readonly m?: number;
  readonly p?: number;
  readonly t?: readonly Reassignment[];
}

const STATUSES: readonly StepStatus[] = [
  'pending',
  'running',
  'waiting',
  'completed',
  'failed',
  'skipped',
  'cancelled',
  'breached',
];

export function packStep(plan: Plan, { startedAt }: Pick<Run, 'startedAt'>, step: Step): PackedStep {
  const { cause, iteration, dueAt, endedSeq, error, decision, output, responses, resolutions, override } = step;
  const since = (at: number): number => at - startedAt;
  return {
    n: placeOf(plan, step.nodeId),
    s: STATUSES.indexOf(step.status),
    ...(cause.kind === 'root' ? {} : { c: cause.kind === 'edge' ? cause.parent : cause }),
    ...(iteration === 1 ? {} : { i: iteration }),
    ...(step.startedAt === null ? {} : { a: since(step.startedAt) }),
    ...(step.completedAt === null ? {} : { z: since(step.completedAt) }),
    ...(dueAt === null ? {} : { d: since(dueAt) }),
    ...(endedSeq === null ? {} : { q: endedSeq }),
    ...(error === null ? {} : { e: error }),
    ...(decision === null ? {} : { x: decision === 'approve' ? 1 : 2 }),
    ...(output === null ? {} : { o: output }),
    ...(responses.length === 0 ? {} : { r: responses }),
    ...(resolutions.length === 0 ? {} : { w: resolutions }),
    ...(override === null ? {} : { v: override }),
    ...(step.cancel === null ? {} : { k: step.cancel }),
    ...(step.fired ? { f: 1 } : {}),
    ...packReminding(step, since),
  };
}

function packReminding(
  { remindAt, reminded, reassignments }: Step,
  since: (at: number) => number,
): Pick<PackedStep, 'm' | 'p' | 't'> {
  return {
    ...(remindAt === null ? {} : { m: since(remindAt) }),
    ...(reminded === 0 ? {} : { p: reminded }),
    ...(reassignments.length === 0 ? {} : { t: reassignments }),
  };
}

/** In creation order: a step's id follows from that of its parent, which comes before it. */
export function unpackSteps(
  plan: Plan,
  head: Pick<Run, 'startedAt' | 'nonce'>,
  packed: readonly PackedStep[],
): readonly Step[] {
  const steps: Step[] = [];
  for (const it of packed) steps.push(unpackStep(plan, head, { it, before: steps }));
  return steps;
}

function unpackStep(
  plan: Plan,
  head: Pick<Run, 'startedAt' | 'nonce'>,
  { it, before }: { readonly it: PackedStep; readonly before: readonly Step[] },
): Step {
  const nodeId = plan.definition.nodes[it.n]?.nodeId;
  const status = STATUSES[it.s];
  if (nodeId === undefined || status === undefined) throw new Error('a stored step does not fit its definition');
  const cause = causeOf(it);
  const { i: iteration = 1, e: error = null, o: output = null, r: responses = [], w: resolutions = [] } = it;
  const instant = (since: number | undefined): number | null => (since === undefined ? null : since + head.startedAt);
  return {
    stepId: stepIdOf(before, head, { cause, nodeId, iteration }),
    nodeId,
    status,
    cause,
    iteration,
    startedAt: instant(it.a),
    completedAt: instant(it.z),
    dueAt: instant(it.d),
    endedSeq: it.q ?? null,
    error,
    decision: decisionOf(it),
    output,
    responses,
    reassignments: it.t ?? [],
    remindAt: instant(it.m),
    reminded: it.p ?? 0,
    resolutions,
    override: it.v ?? null,
    cancel: it.k ?? null,
    fired: it.f === 1,
  };
}

function causeOf({ c }: PackedStep): StepCause {
  if (c === undefined) return { kind: 'root' };
  return typeof c === 'number' ? { kind: 'edge', parent: c } : c;
}

function decisionOf({ x }: PackedStep): Step['decision'] {
  if (x === undefined) return null;
  return x === 1 ? 'approve' : 'reject';
}

function stepIdOf(
  before: readonly Step[],
  { startedAt, nonce }: Pick<Run, 'startedAt' | 'nonce'>,
  { cause, nodeId, iteration }: Pick<Step, 'cause' | 'nodeId' | 'iteration'>,
): string {
  switch (cause.kind) {
    case 'root':
      return rootStepId(nodeId, startedAt, nonce);
    case 'edge': {
      const parent = before[cause.parent];
      if (!parent) throw new Error('a stored step comes before its parent');
      return childStepId(parent, nodeId);
    }
    case 'group':
      return groupStepId(cause.groupId, cause.iteration, nodeId);
    case 'loop':
      return loopEntryStepId(cause.loopId, iteration, nodeId);
    default:
      return assertNever(cause);
  }
}

/** Built once for each definition: where its nodes stand. */
const places = new WeakMap<Plan['definition'], ReadonlyMap<string, number>>();

function placeOf({ definition }: Plan, nodeId: string): number {
  let known = places.get(definition);
  if (!known) {
    known = new Map(definition.nodes.map((node, place) => [node.nodeId, place]));
    places.set(definition, known);
  }
  const place = known.get(nodeId);
  if (place === undefined) throw new Error(`the definition has no node ${nodeId}`);
  return place;
}
