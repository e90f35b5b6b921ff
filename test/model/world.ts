// Everything that the reference model remembers of one execution, and the few ways in which it changes.
import type { DefinitionGroup, PinnedDefinition } from '../../src/definition/definition';
import type { JsonObject } from '../../src/definition/json';
import type { EventType } from '../../src/engine/event';
import type { ExecutionFacts, ExecutionStatus, LoopAttempt, StepCancel, StepStatus } from '../../src/engine/run';
import { type Blueprint, readBlueprint } from './blueprint';
import { isOpen, type ModelStep } from './model-step';

/** An event as the model expects it; in `data` a null message of an error stands for any text. */
export interface ExpectedEvent {
  readonly seq: number;
  readonly type: EventType;
  readonly stepId: string | null;
  readonly at: number;
  readonly data: JsonObject | null;
}

export interface ModelGroup {
  readonly group: DefinitionGroup;
  readonly iteration: number;
  quorumMet: boolean;
  judged: boolean;
  /** A step was started from the group as a whole. */
  hasSuccessor: boolean;
}

/** A child that is to start once everything of the round has been evaluated. */
export interface Due {
  readonly stepId: string;
  readonly nodeId: string;
  readonly iteration: number;
  readonly rank: number;
  readonly input: JsonObject;
  readonly parent: ModelStep | null;
  /** What has a child once it has started. */
  readonly source: ModelStep | ModelGroup;
  readonly loopId: string | null;
}

/** Something that no edge handles; `names` is what the message must name. */
export interface Failure {
  readonly code: string;
  readonly names: string;
}

export interface ModelAttempt extends Omit<LoopAttempt, 'entry'> {
  readonly authorOutput: JsonObject | null;
}

export interface World {
  readonly definition: PinnedDefinition;
  readonly blueprint: Blueprint;
  readonly facts: ExecutionFacts;
  status: ExecutionStatus;
  startedAt: number;
  completedAt: number | null;
  cancelledAt: number | null;
  failure: Failure | null;
  readonly steps: ModelStep[];
  /** In the order of ending. */
  readonly ended: ModelStep[];
  readonly events: ExpectedEvent[];
  readonly groups: Map<string, ModelGroup>;
  readonly loops: Map<string, { iteration: number; readonly attempts: ModelAttempt[] }>;
  /** What has ended in this input and is not evaluated yet. */
  readonly queue: ModelStep[];
  readonly due: Due[];
  unhandled: Failure | null;
  /** The time of this input. */
  at: number;
  /** What this input went through, for the table. */
  readonly notes: string[];
}

export function newWorld(definition: PinnedDefinition, facts: ExecutionFacts): World {
  return {
    definition,
    blueprint: readBlueprint(definition),
    facts,
    status: 'pending',
    startedAt: 0,
    completedAt: null,
    cancelledAt: null,
    failure: null,
    steps: [],
    ended: [],
    events: [],
    groups: new Map(),
    loops: new Map(),
    queue: [],
    due: [],
    unhandled: null,
    at: 0,
    notes: [],
  };
}

export function note(world: World, what: string): void {
  world.notes.push(what);
}

export const isTerminal = (world: World): boolean => world.status !== 'pending' && world.status !== 'running';

export const stepById = (world: World, stepId: string): ModelStep | undefined =>
  world.steps.find((step) => step.stepId === stepId);

export function emit(world: World, type: EventType, stepId: string | null, data: JsonObject | null): void {
  world.events.push({ seq: world.events.length + 1, type, stepId, at: world.at, data });
}

/** Terminal is terminal: only an open step can end. */
export function end(world: World, step: ModelStep, status: StepStatus): void {
  if (!isOpen(step)) throw new Error(`${step.stepId} ends twice`);
  step.status = status;
  step.completedAt = world.at;
  step.remindAt = null;
  world.ended.push(step);
  world.queue.push(step);
}

export function cancel(world: World, step: ModelStep, by: StepCancel): void {
  step.cancel = by;
  end(world, step, 'cancelled');
  emit(world, 'step.cancelled', step.stepId, { actorId: by.actorId, reason: by.reason });
}

/** Cancels what is open of these, in creation order, in the engine's own name. */
export function cancelOpen(world: World, actorId: string, reason: string | null, which: (step: ModelStep) => boolean) {
  for (const step of world.steps) {
    if (isOpen(step) && which(step)) cancel(world, step, { actorId, reason, isAdministrative: false });
  }
}

export const QUORUM_CANCEL: StepCancel = {
  actorId: 'system:group-quorum',
  reason: 'group-quorum-met',
  isAdministrative: false,
};

export function groupState(world: World, group: DefinitionGroup, iteration: number): ModelGroup {
  const key = `${group.groupId} ${iteration}`;
  const known = world.groups.get(key);
  if (known) return known;
  const fresh: ModelGroup = { group, iteration, quorumMet: false, judged: false, hasSuccessor: false };
  world.groups.set(key, fresh);
  return fresh;
}

/** All member steps of one iteration, in creation order. */
export function membersOf(world: World, { group, iteration }: ModelGroup): readonly ModelStep[] {
  return world.steps.filter((step) => step.iteration === iteration && group.memberNodeIds.includes(step.node.nodeId));
}

/** For each member node that has ended its first step to end, in the order of ending. */
export function speakersOf(world: World, { group, iteration }: ModelGroup): readonly ModelStep[] {
  const speakers: ModelStep[] = [];
  for (const step of world.ended) {
    const isMember = step.iteration === iteration && group.memberNodeIds.includes(step.node.nodeId);
    if (isMember && !speakers.some((it) => it.node === step.node)) speakers.push(step);
  }
  return speakers;
}
