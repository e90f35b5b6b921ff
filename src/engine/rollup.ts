// Settles a turn: works off what ended, step by step, until nothing follows, and ends the execution when it is over.
import { LIMITS } from '../definition/limits';
import { branchesAllCancelled } from './branches';
import { startChildren } from './children';
import type { DueChild } from './due-child';
import { fanOut } from './fan-out';
import { evaluateGroup, fansOutItself } from './group';
import { judgeIdleGroups } from './idle-groups';
import type { StepError } from './run';
import { cancelOpenSteps } from './step';
import { emit, stepAt, type Turn } from './turn';
import { unhandledOutcome } from './verdict';

/**
 * In this order (contract 2 section 5): edges and groups of what ended are evaluated; if something is unhandled the
 * execution fails and no child is created; else the children start, and what ends at once with them is settled too.
 */
export function settle(turn: Turn): void {
  while (turn.status === 'running') {
    const isOver = !settleOnce(turn);
    if (turn.bytes > LIMITS.runBytesMax) turn.failure ??= stateLimitExceeded(turn.bytes);
    if (turn.failure !== null) failExecution(turn, turn.failure);
    else if (isOver) endExecution(turn);
    else if (turn.ended.length === 0 && turn.openSteps > 0) return;
  }
}

/** One round: what ended, and then what it started. False when nothing is open and nothing follows. */
function settleOnce(turn: Turn): boolean {
  if (turn.failure !== null) return true;
  const due = evaluateEnded(turn);
  const isIdle = turn.openSteps === 0 && due.length === 0;
  if (isIdle && turn.failure === null) due.push(...judgeIdleGroups(turn));
  if (turn.failure === null) startChildren(turn, due);
  return !isIdle || due.length > 0;
}

/** The refusal or failure of a run that has grown too large to be kept. */
export function stateLimitExceeded(bytes: number): StepError {
  const message = `The execution's state would take ${bytes} bytes; at most ${LIMITS.runBytesMax} can be kept.`;
  return { code: 'state-limit-exceeded', message };
}

/**
 * Own edges first: a group is judged by whether its members fired any, and members can end together. Also after something turned out
 * to be unhandled the rest is evaluated: the event stream tells all that happened.
 */
function evaluateEnded(turn: Turn): DueChild[] {
  const { graph, facts } = turn.plan;
  const due: DueChild[] = [];
  while (turn.ended.length > 0) {
    const ended = turn.ended.splice(0, facts.judgesLast === true ? turn.ended.length : 1);
    for (const position of ended) {
      if (fansOutItself(turn, stepAt(turn, position).nodeId)) due.push(...fanOut(turn, position));
    }
    for (const position of ended) {
      const { nodeId, iteration } = stepAt(turn, position);
      const group = graph.groupOf.get(nodeId);
      if (group) due.push(...evaluateGroup(turn, group, iteration));
      else turn.failure ??= unhandledOutcome(turn.plan, stepAt(turn, position));
    }
  }
  return due;
}

function endExecution(turn: Turn): void {
  if (branchesAllCancelled(turn)) {
    turn.status = 'cancelled';
    turn.cancelledAt = turn.at;
    emit(turn, 'execution.cancelled', null);
    return;
  }
  turn.status = 'completed';
  turn.completedAt = turn.at;
  emit(turn, 'execution.completed', null);
}

function failExecution(turn: Turn, failure: StepError): void {
  cancelOpenSteps(turn, { actorId: 'system:execution-failed', reason: 'execution-failed' });
  turn.status = 'failed';
  turn.completedAt = turn.at;
  turn.failureReason = failure;
  emit(turn, 'execution.failed', null, { failureReason: { code: failure.code, message: failure.message } });
}
