// Groups: quorum, joining, edges of the group itself, and the judgement when a group is done (contract 2 sections 5 and 6).
import type { DefinitionGroup } from '../definition/definition';
import type { GraphEdge } from '../definition/graph';
import type { JsonObject } from '../definition/json';
import type { DueChild } from './due-child';
import { firingEdges, iterationOf } from './fan-out';
import { setState, stateOf } from './group-state';
import { QUORUM_CANCEL } from './late';
import { takeLoop } from './loop';
import type { GroupCause, Step } from './run';
import { cancelOpenSteps } from './step';
import { groupStepId } from './step-id';
import { changeStep, emit, stepAt, type Turn } from './turn';
import { asksForAll, groupVerdict } from './verdict';

/** Members of a joinOnQuorum group never fan out by themselves. */
export function fansOutItself(turn: Turn, nodeId: string): boolean {
  return turn.plan.graph.groupOf.get(nodeId)?.onQuorumMet !== 'joinOnQuorum';
}

/** Evaluates a group after one of its members ended: quorum first, then whether it is done. */
export function evaluateGroup(turn: Turn, group: DefinitionGroup, iteration: number): readonly DueChild[] {
  const due = reachQuorum(turn, group, iteration);
  const { openSteps, speakers } = stateOf(turn, group, iteration);
  if (openSteps > 0 || speakers.length < group.expectedSteps) return due;
  return [...due, ...judgeGroup(turn, group, iteration)];
}

function reachQuorum(turn: Turn, group: DefinitionGroup, iteration: number): readonly DueChild[] {
  if (stateOf(turn, group, iteration).quorumMet) return [];
  const approving = approvals(turn, group, iteration);
  if (approving.length < group.quorum || !haveApproved(turn, approving, group.requiredNodeIds ?? [])) return [];

  setState(turn, group, { iteration, quorumMet: true });
  emit(turn, 'group.quorum-met', null, countsOf(turn, group, iteration));
  if (group.onQuorumMet === 'waitAll') return [];
  cancelOpenSteps(turn, QUORUM_CANCEL, (step) => step.status === 'waiting' && isMember(turn, group, iteration, step));
  const joined = group.onQuorumMet === 'joinOnQuorum' ? joinedEdges(turn, approving) : [];
  const collective = collectiveEdges(turn, group).filter(({ role }) => role === 'approve' || role === 'default');
  return start(turn, group, { iteration, edges: [...joined, ...collective] });
}

function haveApproved(turn: Turn, approving: readonly number[], nodeIds: readonly string[]): boolean {
  const approved = new Set(approving.map((position) => stepAt(turn, position).nodeId));
  return nodeIds.every((nodeId) => approved.has(nodeId));
}

/** The edges of the members that approved; each that fires starts its target, a target of several only once. */
function joinedEdges(turn: Turn, approving: readonly number[]): readonly GraphEdge[] {
  return approving.flatMap((position) => {
    const fired = firingEdges(turn, stepAt(turn, position));
    if (fired.length > 0) changeStep(turn, position, { fired: true });
    return fired;
  });
}

/** Judges a group that is done, once: its edges and its loop fire, and what nothing handled makes the execution fail. */
export function judgeGroup(turn: Turn, group: DefinitionGroup, iteration: number): readonly DueChild[] {
  const { judged, quorumMet, speakers } = stateOf(turn, group, iteration);
  if (judged) return [];
  setState(turn, group, { iteration, judged: true });
  emit(turn, 'parallel-group.completed', null, countsOf(turn, group, iteration));

  const collective = collectiveEdges(turn, group);
  const isWaitAll = group.onQuorumMet === 'waitAll';
  const isUnanimous = areUnanimous(turn, group, iteration);
  const isApproved = asksForAll(turn.plan, group) ? isUnanimous : quorumMet;
  const takes = ({ role }: GraphEdge): boolean =>
    role === 'always' || (isWaitAll && (role === 'reject' ? !isUnanimous : isUnanimous));
  const due = [...start(turn, group, { iteration, edges: collective.filter(takes) })];

  if (isApproved) return due;
  due.push(...takeGroupLoop(turn, group, iteration));
  if (due.length > 0 || turn.failure !== null || isHandledByMembers(turn, group, iteration)) return due;
  turn.failure = groupVerdict(turn, group, speakers);
  return due;
}

function takeGroupLoop(turn: Turn, group: DefinitionGroup, iteration: number): readonly DueChild[] {
  const loop = turn.plan.graph.loopFromGroup.get(group.groupId);
  const { speakers } = stateOf(turn, group, iteration);
  const rejecting = speakers.find((position) => stepAt(turn, position).decision === 'reject');
  if (loop === undefined || rejecting === undefined) return [];
  const due = takeLoop(turn, loop, { rejecting, from: causeOf(turn, group, iteration) });
  if (due.length > 0) setState(turn, group, { iteration, hasSuccessor: true });
  return due;
}

/** In other than joinOnQuorum groups each member that did not approve may have fired an edge of its own. */
function isHandledByMembers(turn: Turn, group: DefinitionGroup, iteration: number): boolean {
  const speakers = stateOf(turn, group, iteration).speakers.map((position) => stepAt(turn, position));
  if (speakers.every((step) => step.cancel?.isAdministrative === true)) return true;
  if (group.onQuorumMet === 'joinOnQuorum') return false;
  return group.memberNodeIds.every((nodeId) => {
    const step = speakers.find((candidate) => candidate.nodeId === nodeId);
    return step !== undefined && (step.fired || step.decision === 'approve');
  });
}

/** At least `expectedSteps` members approved, and none that started did otherwise: a waitAll group's own `approve`. */
function areUnanimous(turn: Turn, group: DefinitionGroup, iteration: number): boolean {
  const approved = approvals(turn, group, iteration).length;
  return approved >= group.expectedSteps && approved === stateOf(turn, group, iteration).speakers.length;
}

function start(
  turn: Turn,
  group: DefinitionGroup,
  { iteration, edges }: { readonly iteration: number; readonly edges: readonly GraphEdge[] },
): readonly DueChild[] {
  if (edges.length === 0) return [];
  setState(turn, group, { iteration, hasSuccessor: true });
  const cause = causeOf(turn, group, iteration);
  const { graph } = turn.plan;
  const source = { nodeId: group.memberNodeIds[0] ?? '', iteration };
  const targets = new Map<string, DueChild>();
  for (const { to, order } of edges) {
    const known = targets.get(to);
    if (known && known.order <= order) continue;
    const stepId = groupStepId(group.groupId, iteration, to);
    targets.set(to, { stepId, nodeId: to, iteration: iterationOf(graph, source, to), cause, order });
  }
  return [...targets.values()];
}

function causeOf(turn: Turn, group: DefinitionGroup, iteration: number): GroupCause {
  const members = stateOf(turn, group, iteration).speakers.filter(
    (position) => stepAt(turn, position).status === 'completed',
  );
  return { kind: 'group', groupId: group.groupId, iteration, members };
}

function countsOf(turn: Turn, group: DefinitionGroup, iteration: number): JsonObject {
  const { groupId, quorum, expectedSteps } = group;
  const completedTotal = stateOf(turn, group, iteration).speakers.length;
  return { groupId, total: approvals(turn, group, iteration).length, quorum, completedTotal, expectedSteps };
}

/** Speakers that approved, in the order of ending. */
function approvals(turn: Turn, group: DefinitionGroup, iteration: number): readonly number[] {
  return stateOf(turn, group, iteration).speakers.filter((position) => stepAt(turn, position).decision === 'approve');
}

const collectiveEdges = (turn: Turn, { groupId }: DefinitionGroup): readonly GraphEdge[] =>
  turn.plan.graph.collectiveEdges.get(groupId) ?? [];

const isMember = (turn: Turn, group: DefinitionGroup, iteration: number, step: Step): boolean =>
  step.iteration === iteration && turn.plan.graph.groupOf.get(step.nodeId)?.groupId === group.groupId;
