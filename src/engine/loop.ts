// Reject loops: taking the edge back, or out when the loop is exhausted (contract 2 section 7).
import type { GraphLoop } from '../definition/graph';
import type { JsonObject } from '../definition/json';
import { jsonBytes } from '../definition/json';
import type { DueChild } from './due-child';
import { groupKey } from './group-state';
import { announcedRejection, rejectionOf } from './rejection';
import type { GroupCause, LoopAttempt, LoopState, Step } from './run';
import { cancelOpenSteps } from './step';
import { childStepId, groupStepId, loopEntryStepId } from './step-id';
import { emit, stepAt, type Turn } from './turn';

/** What rejected: a step by itself, or a group, of which `rejecting` is the first that did. */
export interface Rejected {
  readonly rejecting: number;
  readonly from: number | GroupCause;
}

const FIRST: LoopState = { iteration: 1, attempts: [] };

/** The child that a loop's edge starts; when the loop is exhausted that of its exhausted edge, without which the run fails. */
export function takeLoop(turn: Turn, loop: GraphLoop, { rejecting, from }: Rejected): readonly DueChild[] {
  const { loopId, entryNodeId, maxIterations, order } = loop;
  const { iteration } = stateOf(turn, loopId);
  if (iteration < maxIterations) {
    const next = iteration + 1;
    const attempt = attemptOf(turn, loop, rejecting);
    const stepId = loopEntryStepId(loopId, next, entryNodeId);
    const cause = { kind: 'loop', loopId, from } as const;
    return [{ stepId, nodeId: entryNodeId, iteration: next, cause, order, restarts: { loop, attempt } }];
  }
  const { rejectedBy, rejectionReason } = announcedRejection(turn.plan, stepAt(turn, rejecting));
  const data: JsonObject = { loopId, iteration, lastRejectedBy: rejectedBy };
  emit(
    turn,
    'loop.exhausted',
    null,
    rejectionReason === null ? data : { ...data, lastRejectionReason: rejectionReason },
  );
  if (loop.exhausted !== null) return [exhaustedChild(turn, loop.exhausted, from)];
  const why = rejectionReason === null ? '' : `: ${rejectionReason.replace(/\.\s*$/, '')}`;
  turn.failure ??= {
    code: 'loop-exhausted',
    message: `Loop "${loopId}" was rejected in its last iteration (${iteration} of ${maxIterations}) at step "${stepAt(turn, rejecting).nodeId}" (${stepAt(turn, rejecting).stepId}) by ${rejectedBy}${why}, and no exhausted edge leads out of it.`,
  };
  return [];
}

/** Before the entry of a new iteration starts: what is still open of the body ends, and its groups start from zero. */
export function restartLoop(turn: Turn, { loop, attempt }: { loop: GraphLoop; attempt: LoopAttempt }): void {
  const { loopId, body } = loop;
  const by = { actorId: 'system:loop-restart', reason: 'loop-restart' };
  abandonGroups(turn, loop);
  cancelOpenSteps(turn, by, (step) => body.has(step.nodeId));
  const { iteration, attempts } = stateOf(turn, loopId);
  turn.bytes += ATTEMPT_BYTES + jsonBytes({ ...attempt });
  turn.loops = { ...turn.loops, [loopId]: { iteration: iteration + 1, attempts: [...attempts, attempt] } };
  emit(turn, 'loop.iteration-started', null, { loopId, iteration: iteration + 1, triggeredBy: 'rejection' });
}

const ATTEMPT_BYTES = 80;

const stateOf = (turn: Turn, loopId: string): LoopState => turn.loops[loopId] ?? FIRST;

function attemptOf(turn: Turn, loop: GraphLoop, rejecting: number): LoopAttempt {
  const step = stepAt(turn, rejecting);
  return {
    entry: entryOf(turn, loop, rejecting),
    iteration: stateOf(turn, loop.loopId).iteration,
    ...rejectionOf(turn.plan, step),
    rejectedAt: step.completedAt ?? turn.at,
  };
}

/** The entry step that the rejecting one descends from: its output is what was rejected. */
function entryOf(turn: Turn, { entryNodeId }: GraphLoop, rejecting: number): number {
  let position = rejecting;
  for (;;) {
    const { nodeId, cause }: Step = stepAt(turn, position);
    if (nodeId === entryNodeId || cause.kind === 'root' || cause.kind === 'loop') return position;
    position = cause.kind === 'edge' ? cause.parent : (cause.members[0] ?? position);
    if (cause.kind === 'group' && cause.members.length === 0) return position;
  }
}

function exhaustedChild(turn: Turn, { to, order }: { to: string; order: number }, from: Rejected['from']): DueChild {
  if (typeof from !== 'number') {
    return { stepId: groupStepId(from.groupId, from.iteration, to), nodeId: to, iteration: 1, cause: from, order };
  }
  const stepId = childStepId(stepAt(turn, from), to);
  return { stepId, nodeId: to, iteration: 1, cause: { kind: 'edge', parent: from }, order };
}

/** The groups inside the body are not judged any more in the iterations that there have been. */
function abandonGroups(turn: Turn, { body, maxIterations }: GraphLoop): void {
  for (const { groupId, memberNodeIds } of turn.plan.definition.groups) {
    if (!memberNodeIds.every((nodeId) => body.has(nodeId))) continue;
    for (let iteration = 1; iteration <= maxIterations; iteration++) {
      const key = groupKey(groupId, iteration);
      const state = turn.groups[key];
      if (state && !state.judged) turn.groups = { ...turn.groups, [key]: { ...state, judged: true } };
    }
  }
}
