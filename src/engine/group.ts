// Groups: quorum, joining, and the judgement when a group is done (contract 2 sections 5 and 6).
import type { DefinitionGroup } from '../definition/definition';
import { type DueChild, firingEdges } from './fan-out';
import { decisionOf } from './output';
import type { GroupState, Step } from './run';
import { cancelStep } from './step';
import { groupStepId } from './step-id';
import { changeStep, emit, isOpen, stepAt, type Turn } from './turn';
import { howItEnded } from './verdict';

export const QUORUM_CANCEL = { actorId: 'system:group-quorum', reason: 'group-quorum-met' } as const;

/** Members of a joinOnQuorum group never fan out by themselves. */
export function fansOutItself(turn: Turn, nodeId: string): boolean {
  return turn.plan.graph.groupOf.get(nodeId)?.onQuorumMet !== 'joinOnQuorum';
}

/** Whether a step of this node would come after its group's quorum (waitAll members never do). */
export function isLateMember(turn: Turn, nodeId: string): boolean {
  const group = turn.plan.graph.groupOf.get(nodeId);
  return group !== undefined && group.onQuorumMet !== 'waitAll' && stateOf(turn, group).quorumMet;
}

/** Evaluates a group after one of its members ended: quorum first, then whether it is done. */
export function evaluateGroup(turn: Turn, group: DefinitionGroup): readonly DueChild[] {
  const due = reachQuorum(turn, group);
  const hasOpenMember = turn.steps.some((step) => isOpen(step.status) && isMember(group, step));
  if (!hasOpenMember && speakers(turn, group).length >= group.expectedSteps) judge(turn, group);
  return due;
}

/** When nothing is open any more, every group that had started is done, however few of its members ended. */
export function judgeIdleGroups(turn: Turn): void {
  for (const group of turn.plan.definition.groups) {
    if (turn.failure === null && turn.steps.some((step) => isMember(group, step))) judge(turn, group);
  }
}

function reachQuorum(turn: Turn, group: DefinitionGroup): readonly DueChild[] {
  if (stateOf(turn, group).quorumMet) return [];
  const ended = speakers(turn, group);
  const approvals = ended.filter((position) => decisionOf(turn.plan, stepAt(turn, position)) === 'approve');
  if (approvals.length < group.quorum) return [];
  setState(turn, group, { quorumMet: true });
  const { groupId, quorum, expectedSteps } = group;
  const counts = { total: approvals.length, quorum, completedTotal: ended.length, expectedSteps };
  emit(turn, 'group.quorum-met', null, { groupId, ...counts });
  if (group.onQuorumMet === 'waitAll') return [];
  cancelWaiting(turn, group);
  return join(turn, group, { approvals, ended });
}

/** Members that still wait are cancelled; a member agent that is running finishes. */
function cancelWaiting(turn: Turn, group: DefinitionGroup): void {
  for (const [position, step] of turn.steps.entries()) {
    if (step.status === 'waiting' && isMember(group, step)) cancelStep(turn, position, QUORUM_CANCEL);
  }
}

/** Every target that an approving member's edge fires to is started once, with what the members put out. */
function join(
  turn: Turn,
  group: DefinitionGroup,
  { approvals, ended }: { approvals: readonly number[]; ended: readonly number[] },
): readonly DueChild[] {
  const { plan } = turn;
  const members = ended.filter((position) => stepAt(turn, position).status === 'completed');
  const targets = new Map<string, DueChild>();
  for (const position of approvals) {
    const fired = firingEdges(plan, stepAt(turn, position));
    if (fired.length > 0) changeStep(turn, position, { fired: true });
    for (const edge of fired) {
      const order = plan.definition.compiled.forwardEdges.indexOf(edge);
      const known = targets.get(edge.to);
      targets.set(edge.to, {
        stepId: groupStepId(group.groupId, edge.to),
        nodeId: edge.to,
        cause: { kind: 'group', groupId: group.groupId, members },
        order: Math.min(order, known?.order ?? order),
      });
    }
  }
  return [...targets.values()];
}

/** Judges a group that is done, once: without quorum the execution fails, unless its members' edges handled it. */
function judge(turn: Turn, group: DefinitionGroup): void {
  const { judged, quorumMet } = stateOf(turn, group);
  if (judged) return;
  setState(turn, group, { judged: true });
  const { plan } = turn;
  const ended = speakers(turn, group).map((position) => stepAt(turn, position));
  const approved = ended.filter((step) => decisionOf(plan, step) === 'approve');
  const { groupId, quorum, expectedSteps } = group;
  const counts = { total: approved.length, quorum, completedTotal: ended.length, expectedSteps };
  emit(turn, 'parallel-group.completed', null, { groupId, ...counts });
  if (quorumMet || areHandledByMembers(turn, group, ended)) return;

  const others = ended.filter((step) => decisionOf(plan, step) !== 'approve');
  const missing = group.memberNodeIds.length - ended.length;
  const reasons = others.map((step) => howItEnded(plan, step));
  if (missing > 0) reasons.push(`${missing} of its members never ended`);
  turn.failure ??= {
    code: others.some((step) => decisionOf(plan, step) === 'reject') ? 'unhandled-rejection' : 'quorum-not-met',
    message: `Group "${groupId}" ended with ${approved.length} of the ${quorum} approvals it needs: ${reasons.join('; ')}.`,
  };
}

/** In a waitAll group, each member that did not approve may have fired an edge of its own. */
function areHandledByMembers(turn: Turn, group: DefinitionGroup, ended: readonly Step[]): boolean {
  if (group.onQuorumMet === 'joinOnQuorum') return false;
  return group.memberNodeIds.every((nodeId) => {
    const step = ended.find((candidate) => candidate.nodeId === nodeId);
    return step !== undefined && (step.fired || decisionOf(turn.plan, step) === 'approve');
  });
}

/** For each member node that has ended, the step that speaks for it: its first to end. In the order of ending. */
function speakers(turn: Turn, group: DefinitionGroup): readonly number[] {
  const first = new Map<string, number>();
  for (const [position, step] of turn.steps.entries()) {
    if (step.endedSeq === null || !isMember(group, step)) continue;
    const known = first.get(step.nodeId);
    if (known === undefined || (stepAt(turn, known).endedSeq ?? 0) > step.endedSeq) first.set(step.nodeId, position);
  }
  return [...first.values()].sort((a, b) => (stepAt(turn, a).endedSeq ?? 0) - (stepAt(turn, b).endedSeq ?? 0));
}

const isMember = (group: DefinitionGroup, step: Step): boolean => group.memberNodeIds.includes(step.nodeId);

const stateOf = (turn: Turn, group: DefinitionGroup): GroupState =>
  turn.groups[group.groupId] ?? { quorumMet: false, judged: false };

function setState(turn: Turn, group: DefinitionGroup, change: Partial<GroupState>): void {
  turn.groups[group.groupId] = { ...stateOf(turn, group), ...change };
}
