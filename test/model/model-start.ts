// How steps begin in the reference model: their ids, inputs and iterations, and the events of their start.
import { reviewersOf } from '../../src/definition/definition';
import type { JsonObject } from '../../src/definition/json';
import type { Arrow, Loop } from './blueprint';
import { outputOf } from './model-output';
import { isApproval, type ModelStep } from './model-step';
import {
  cancel,
  cancelOpen,
  type Due,
  emit,
  end,
  groupState,
  type ModelGroup,
  note,
  QUORUM_CANCEL,
  speakersOf,
  type World,
} from './world';

/** A child by an edge of a step. */
export function childOf(world: World, parent: ModelStep, { to, rank }: Pick<Arrow, 'to' | 'rank'>): Due {
  const { stepId, node, iteration } = parent;
  const input = outputOf(parent) ?? {};
  const around = { iteration: childIteration(world, node.nodeId, to, iteration), rank, loopId: null };
  return { stepId: childId(stepId, node.nodeId, to), nodeId: to, ...around, input, parent, source: parent };
}

/** A child by an edge of a group, or by joining. */
export function successorOf(world: World, source: ModelGroup, { to, rank }: Pick<Arrow, 'to' | 'rank'>): Due {
  const { group, iteration } = source;
  const stepId = `group_${group.groupId}${iteration > 1 ? `_iter_${iteration}` : ''}__to__${to}`;
  const around = { iteration: childIteration(world, group.memberNodeIds[0]!, to, iteration), rank, loopId: null };
  return { stepId, nodeId: to, ...around, input: groupInput(world, source), parent: null, source };
}

/** The entry of the next iteration of a loop, started by what was rejected. */
export function entryOf(world: World, source: ModelStep | ModelGroup, loop: Loop, iteration: number): Due {
  const base = 'group' in source ? groupInput(world, source) : (outputOf(source) ?? {});
  const previousAttempts = (world.loops.get(loop.loopId)?.attempts ?? []) as unknown as JsonObject[];
  return {
    stepId: `${loop.loopId}_iter_${iteration}__to__${loop.entry}`,
    nodeId: loop.entry,
    iteration,
    rank: loop.rank,
    input: { ...base, iteration, loopId: loop.loopId, previousAttempts: [...previousAttempts] },
    parent: null,
    source,
    loopId: loop.loopId,
  };
}

function groupInput(world: World, source: ModelGroup): JsonObject {
  const speakers = speakersOf(world, source);
  const completed = speakers.filter((step) => step.status === 'completed');
  return {
    groupOutputs: Object.fromEntries(completed.map((step) => [step.node.nodeId, outputOf(step)])),
    groupId: source.group.groupId,
    quorum: source.group.quorum,
    totalApproved: speakers.filter(isApproval).length,
  };
}

/** That of its parent when one loop is around both, else 1. */
function childIteration({ blueprint }: World, parentNodeId: string, nodeId: string, iteration: number): number {
  const loop = blueprint.loopAround.get(nodeId);
  return loop !== undefined && loop === blueprint.loopAround.get(parentNodeId) ? iteration : 1;
}

function childId(parentStepId: string, parentNodeId: string, nodeId: string): string {
  const id = `${parentStepId}__to__${nodeId}`;
  return id.length <= 200 ? id : `step_${parentNodeId}_${fnv64(parentStepId)}__to__${nodeId}`;
}

/** The hash is part of ids that are stored and sent out, so it is written down here a second time. */
function fnv64(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const unit of text.split('')) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(unit.charCodeAt(0))) * 0x100000001b3n);
  }
  return hash.toString(36).padStart(13, '0');
}

/** Starts what is due, in the order of the edges; false when that would pass the step limit. */
export function startDue(world: World): boolean {
  const due = world.due.splice(0).sort((a, b) => a.rank - b.rank);
  for (const child of due) {
    if (world.steps.some((step) => step.stepId === child.stepId)) continue;
    if (world.steps.length >= world.facts.stepsMax) return false;
    if ('group' in child.source) child.source.hasSuccessor = true;
    else child.source.hasChild = true;
    if (child.loopId !== null) restart(world, child.loopId, child.iteration);
    start(world, child);
  }
  return true;
}

/** What is still open of the loop's body is cancelled, and its groups are not judged any more. */
function restart(world: World, loopId: string, iteration: number): void {
  const loop = [...world.blueprint.loopFrom.values()].find((it) => it.loopId === loopId)!;
  cancelOpen(world, 'system:loop-restart', 'loop-restart', (step) => loop.body.has(step.node.nodeId));
  for (const state of world.groups.values()) {
    if (state.group.memberNodeIds.every((nodeId) => loop.body.has(nodeId))) state.judged = true;
  }
  emit(world, 'loop.iteration-started', null, { loopId, iteration, triggeredBy: 'rejection' });
}

export function start(world: World, { stepId, nodeId, iteration, input, parent }: Omit<Due, 'rank' | 'source'>): void {
  const node = world.blueprint.nodes.get(nodeId)!;
  const step: ModelStep = {
    ...{ stepId, node, iteration, input, parent, status: 'pending', startedAt: null, completedAt: null, dueAt: null },
    ...{ error: null, decision: null, own: null, responses: [], responseIds: [], resolutions: [] },
    ...{ override: null, cancel: null, fired: false, hasChild: false, passes: [], remindAt: null, reminders: 0 },
    reviewers: node.type === 'human' ? reviewersOf(node.config) : [],
  };
  world.steps.push(step);
  const group = world.blueprint.groupOf.get(nodeId);
  if (group) groupState(world, group, iteration); // The group has begun.
  emit(world, 'step.scheduled', stepId, { nodeId });

  if (isPastQuorum(world, step)) {
    note(world, `group ${group?.onQuorumMet} late member`);
    cancel(world, step, QUORUM_CANCEL);
  } else begin(world, step);
}

/** A member that is due after quorum is not needed any more, unless its group waits for all. */
export function isPastQuorum(world: World, { node, iteration }: ModelStep): boolean {
  const group = world.blueprint.groupOf.get(node.nodeId);
  return group !== undefined && group.onQuorumMet !== 'waitAll' && groupState(world, group, iteration).quorumMet;
}

function begin(world: World, step: ModelStep): void {
  const { stepId, node } = step;
  step.status = 'running';
  step.startedAt = world.at;
  step.dueAt = node.slaMs === undefined ? null : world.at + node.slaMs;
  emit(world, 'step.started', stepId, null);
  if (node.type === 'human') {
    const { reviewers } = step;
    const { remindAfterMs, remindEveryMs } = node.config;
    const wait = remindAfterMs ?? remindEveryMs ?? null;
    step.remindAt = wait === null ? null : world.at + wait;
    step.status = 'waiting';
    emit(world, 'step.awaiting-approval', stepId, {
      waitingForReviewers: reviewers.map((reviewer) => reviewer.userId),
      mandatoryCount: reviewers.filter((reviewer) => reviewer.mandatory).length,
      resumeKey: `human:${stepId}`,
    });
  } else if (agentUrl(world, step) === undefined) {
    fail(world, step, 'agent-url-unresolved', null);
  }
}

/** Null when none is asked for, undefined when `urlPath` leads nowhere and there is no `url`. */
export function agentUrl({ facts }: World, { node }: ModelStep): string | null | undefined {
  if (node.type !== 'agent') return null;
  const { url, urlPath } = node.config;
  if (url !== undefined) return url;
  if (urlPath === undefined) return null;
  const found = urlPath
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], facts.triggerContext);
  if (typeof found !== 'string') return undefined;
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(found) ? found : `https://${found}`;
}

export function fail(world: World, step: ModelStep, code: string, message: string | null): void {
  step.error = { code, message };
  end(world, step, 'failed');
  emit(world, 'step.failed', step.stepId, { error: { code, message } });
}
