// What follows in the reference model when steps have ended: edges, loops, groups, failure, the end of the execution.
import type { JsonObject } from '../../src/definition/json';
import { evaluateWhen } from '../../src/definition/when/evaluate';
import type { Arrow, Loop } from './blueprint';
import { outputOf } from './model-output';
import { childOf, entryOf, startDue, successorOf } from './model-start';
import { isApproval, isOpen, isReject, type ModelStep, rejectionOf } from './model-step';
import {
  cancel,
  cancelOpen,
  emit,
  type Failure,
  groupState,
  type ModelGroup,
  membersOf,
  note,
  QUORUM_CANCEL,
  speakersOf,
  type World,
} from './world';

/** Works one input off (contract 2 section 5): rounds of evaluating and starting, until nothing follows any more. */
export function workOff(world: World): void {
  while (world.status === 'running') {
    evaluateEnded(world);
    const isIdle = () => world.due.length === 0 && !world.steps.some(isOpen);
    if (world.unhandled === null && isIdle()) judgeIdleGroups(world);
    if (world.unhandled !== null) failExecution(world, world.unhandled);
    else if (isIdle()) finish(world);
    else if (!startDue(world)) failExecution(world, { code: 'step-limit-exceeded', names: '' });
    else if (world.queue.length === 0 && !isIdle()) return;
  }
}

/** All edges before any verdict: what ended together may be members of one group. */
function evaluateEnded(world: World): void {
  while (world.queue.length > 0) {
    const ended = world.queue.splice(0);
    for (const step of ended) fireEdges(world, step);
    for (const step of ended) judgeStep(world, step);
  }
}

function fireEdges(world: World, step: ModelStep): void {
  const { blueprint } = world;
  const group = blueprint.groupOf.get(step.node.nodeId);
  if (group?.onQuorumMet === 'joinOnQuorum') return; // Its members never fan out.
  const key = `node ${step.node.nodeId}`;
  for (const arrow of blueprint.arrows.get(key) ?? []) {
    if (!fires(world, step, arrow)) continue;
    step.fired = true;
    note(world, `edge ${arrow.role} from ${step.status}`);
    world.due.push(childOf(world, step, arrow));
  }
  const loop = blueprint.loopFrom.get(key);
  if (loop && isReject(step)) {
    if (takeLoop(world, step, loop, step)) step.fired = true;
    else complain(world, { code: 'loop-exhausted', names: step.node.nodeId });
  }
}

/** A member is judged with its group only. */
function judgeStep(world: World, step: ModelStep): void {
  const names = step.node.nodeId;
  if (world.blueprint.groupOf.has(names)) {
    evaluateGroup(world, step);
    return;
  }
  if (step.fired) return;
  if (step.status === 'failed') complain(world, { code: 'step-failed', names });
  if (step.status === 'breached') complain(world, { code: 'step-breached', names });
  if (isReject(step)) complain(world, { code: 'unhandled-rejection', names });
}

/** Contract 2 section 3, the table. */
function fires(world: World, step: ModelStep, { role, condition }: Arrow): boolean {
  const { status, decision } = step;
  const hasEnded = ['completed', 'failed', 'breached', 'skipped'].includes(status);
  switch (role) {
    case 'default':
      return status === 'completed' && decision !== 'reject';
    case 'always':
      return hasEnded;
    case 'approve':
    case 'reject':
      return status === 'completed' && decision === role;
    case 'custom':
      return hasEnded && condition !== null && evaluateWhen(condition, scopeOf(world, step));
    case 'exhausted':
      return false;
  }
}

function scopeOf({ facts }: World, step: ModelStep) {
  const { stepId, node, status, startedAt, completedAt, iteration } = step;
  const view: JsonObject = { stepId, nodeId: node.nodeId, status, startedAt, completedAt, iteration };
  return { output: outputOf(step), step: view, execution: { input: facts.triggerContext } };
}

/** The loop's edge, or in the last iteration its exhausted edge; false when neither can be taken. */
function takeLoop(world: World, source: ModelStep | ModelGroup, loop: Loop, rejected: ModelStep): boolean {
  const state = world.loops.get(loop.loopId) ?? { iteration: 1, attempts: [] };
  world.loops.set(loop.loopId, state);
  const by = rejectionOf(rejected);
  const kind = 'group' in source ? 'group' : 'node';
  if (state.iteration < loop.max) {
    note(world, `loop ${kind} taken`);
    const entry = ancestorOf(rejected, loop.entry);
    state.attempts.push({
      iteration: entry?.iteration ?? state.iteration,
      authorOutput: entry === null ? null : outputOf(entry),
      ...by,
      rejectedAt: rejected.completedAt!,
    });
    state.iteration += 1;
    world.due.push(entryOf(world, source, loop, state.iteration));
    return true;
  }
  emit(world, 'loop.exhausted', null, {
    loopId: loop.loopId,
    iteration: state.iteration,
    ...(by.rejectedBy === null ? {} : { lastRejectedBy: by.rejectedBy }),
    ...(by.rejectionReason === null ? {} : { lastRejectionReason: by.rejectionReason }),
  });
  note(world, `loop ${kind} exhausted, ${loop.exhausted === null ? 'without a way out' : 'its edge taken'}`);
  if (loop.exhausted === null) return false;
  world.due.push(
    'group' in source ? successorOf(world, source, loop.exhausted) : childOf(world, source, loop.exhausted),
  );
  return true;
}

/** The nearest step of this node on the way back, the step itself included. */
function ancestorOf(step: ModelStep, nodeId: string): ModelStep | null {
  for (let at: ModelStep | null = step; at; at = at.parent) if (at.node.nodeId === nodeId) return at;
  return null;
}

function evaluateGroup(world: World, step: ModelStep): void {
  const group = world.blueprint.groupOf.get(step.node.nodeId);
  if (!group) return;
  const state = groupState(world, group, step.iteration);
  const approved = speakersOf(world, state).filter(isApproval);
  const required = group.requiredNodeIds ?? [];
  const hasQuorum =
    approved.length >= group.quorum && required.every((nodeId) => approved.some((it) => it.node.nodeId === nodeId));
  if (!state.quorumMet && hasQuorum) meetQuorum(world, state);
  const isDone = speakersOf(world, state).length >= group.expectedSteps && !membersOf(world, state).some(isOpen);
  if (!state.judged && isDone) judge(world, state);
}

function counts(world: World, state: ModelGroup): JsonObject {
  const { groupId, quorum, expectedSteps } = state.group;
  const speakers = speakersOf(world, state);
  return { groupId, total: speakers.filter(isApproval).length, quorum, completedTotal: speakers.length, expectedSteps };
}

function meetQuorum(world: World, state: ModelGroup): void {
  const { group } = state;
  state.quorumMet = true;
  emit(world, 'group.quorum-met', null, counts(world, state));
  note(world, `group ${group.onQuorumMet} quorum met`);
  if (group.onQuorumMet === 'waitAll') return;
  const approved = speakersOf(world, state).filter(isApproval);
  if (group.onQuorumMet === 'joinOnQuorum') {
    for (const member of approved) {
      for (const arrow of world.blueprint.arrows.get(`node ${member.node.nodeId}`) ?? []) {
        if (!fires(world, member, arrow)) continue;
        member.fired = true;
        note(world, `edge ${arrow.role} joined`);
        world.due.push(successorOf(world, state, arrow));
      }
    }
  }
  fireCollective(world, state, ['default', 'approve']);
  for (const member of membersOf(world, state)) {
    if (member.status === 'waiting') cancel(world, member, QUORUM_CANCEL);
  }
}

/** The edges of the group as a whole that have one of these roles; whether there was any. */
function fireCollective(world: World, state: ModelGroup, roles: readonly string[]): boolean {
  const arrows = (world.blueprint.arrows.get(`group ${state.group.groupId}`) ?? []).filter(({ role }) =>
    roles.includes(role),
  );
  for (const arrow of arrows) {
    note(world, `edge ${arrow.role} of a ${state.group.onQuorumMet} group`);
    world.due.push(successorOf(world, state, arrow));
  }
  return arrows.length > 0;
}

/** A group that is done is judged, once per iteration. */
function judge(world: World, state: ModelGroup): void {
  const { group } = state;
  state.judged = true;
  emit(world, 'parallel-group.completed', null, counts(world, state));
  const speakers = speakersOf(world, state);
  const others = speakers.filter((step) => !isApproval(step));
  const isWaitAll = group.onQuorumMet === 'waitAll';
  const allApproved = speakers.length - others.length >= group.expectedSteps && others.length === 0;
  const hasCollective = (world.blueprint.arrows.get(`group ${group.groupId}`) ?? []).length > 0;

  const branch = allApproved ? ['default', 'approve', 'always'] : ['reject', 'always'];
  const fired = fireCollective(world, state, isWaitAll ? branch : ['always']);
  const reached = isWaitAll && hasCollective ? allApproved : state.quorumMet;
  if (reached) note(world, `group ${group.onQuorumMet} done: with quorum`);
  else judgeWithoutQuorum(world, state, { speakers, rejected: others.find(isReject), fired });
}

interface Done {
  readonly speakers: readonly ModelStep[];
  /** The first member that rejected. */
  readonly rejected: ModelStep | undefined;
  /** Whether a collective edge fired. */
  readonly fired: boolean;
}

function judgeWithoutQuorum(world: World, state: ModelGroup, { speakers, rejected, fired }: Done): void {
  const { group } = state;
  const verdict = (what: string) => note(world, `group ${group.onQuorumMet} done: ${what}`);
  const loop = world.blueprint.loopFrom.get(`group ${group.groupId}`);
  if (loop && rejected) {
    verdict('its loop');
    const isTaken = takeLoop(world, state, loop, rejected);
    if (!isTaken) complain(world, { code: 'loop-exhausted', names: rejected.node.nodeId });
  } else if (fired) {
    verdict('a collective edge');
  } else if (group.onQuorumMet !== 'joinOnQuorum' && areHandled(group.memberNodeIds, speakers)) {
    verdict('each member by an edge of its own');
  } else if (speakers.every((step) => step.cancel?.isAdministrative)) {
    verdict('a cancelled branch');
  } else {
    const code = rejected ? 'unhandled-rejection' : 'quorum-not-met';
    verdict(code);
    complain(world, { code, names: group.groupId });
  }
}

/** Every member that did not approve fired an edge of its own; one that never ended did not. */
function areHandled(memberNodeIds: readonly string[], speakers: readonly ModelStep[]): boolean {
  return memberNodeIds.every((nodeId) => {
    const speaker = speakers.find((step) => step.node.nodeId === nodeId);
    return speaker !== undefined && (isApproval(speaker) || speaker.fired);
  });
}

/**
 * When the run has no open step at all, every group that has begun is done, one after the other and those first that lead to others;
 * but what one of them starts may lead to members of another one, which then has to wait.
 */
function judgeIdleGroups(world: World): void {
  const { definition, blueprint } = world;
  const leads = (nodeIds: readonly string[], { memberNodeIds }: ModelGroup['group']) => {
    const ahead = blueprint.ahead(nodeIds);
    return memberNodeIds.some((nodeId) => ahead.has(nodeId));
  };
  const unjudged = [...world.groups.values()].filter((state) => !state.judged);
  const place = ({ group, iteration }: ModelGroup) => definition.groups.indexOf(group) * 100 + iteration;
  const queue = new Set(unjudged.sort((a, b) => place(a) - place(b)));
  while (queue.size > 0) {
    const isBehind = (state: ModelGroup) =>
      [...queue].some((it) => it.group !== state.group && leads(it.group.memberNodeIds, state.group));
    const state = [...queue].find((it) => !isBehind(it)) ?? [...queue][0]!;
    queue.delete(state);
    if (world.due.some((child) => leads([child.nodeId], state.group))) {
      note(world, `group ${state.group.onQuorumMet} not judged yet: another one leads to it`);
      continue;
    }
    note(world, `group ${state.group.onQuorumMet} judged as nothing is open`);
    judge(world, state);
  }
}

function complain(world: World, failure: Failure): void {
  world.unhandled ??= failure;
}

function failExecution(world: World, failure: Failure): void {
  cancelOpen(world, 'system:execution-failed', 'execution-failed', () => true);
  world.queue.length = 0;
  world.due.length = 0;
  world.status = 'failed';
  world.completedAt = world.at;
  world.failure = failure;
  emit(world, 'execution.failed', null, { failureReason: { code: failure.code, message: null } });
}

/** Cancelled when every branch ended in an administrative cancel, else completed. */
function finish(world: World): void {
  const ends = world.steps.filter((step) => {
    const group = world.blueprint.groupOf.get(step.node.nodeId);
    return !step.hasChild && !(group && groupState(world, group, step.iteration).hasSuccessor);
  });
  if (ends.every((step) => step.cancel?.isAdministrative)) {
    world.status = 'cancelled';
    world.cancelledAt = world.at;
    emit(world, 'execution.cancelled', null, null);
  } else {
    world.status = 'completed';
    world.completedAt = world.at;
    emit(world, 'execution.completed', null, null);
  }
}
