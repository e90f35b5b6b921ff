// Starts a step: sets its clock, and does what its node's type asks for.
import { assertNever } from '../definition/json';
import { beginAgent } from './agent';
import { beginHuman } from './human';
import { nodeOf } from './node';
import { beginNotification } from './notification';
import { changeStep, emit, stepAt, type Turn } from './turn';
import { beginWebhook } from './webhook';

/** Starts a pending step: its deadline counts from here (contract 2 section 8). */
export function startStep(turn: Turn, position: number): void {
  const { stepId, nodeId } = stepAt(turn, position);
  const node = nodeOf(turn.plan, nodeId);
  const dueAt = node.slaMs === undefined ? null : turn.at + node.slaMs;
  changeStep(turn, position, { status: 'running', startedAt: turn.at, dueAt });
  emit(turn, 'step.started', stepId);
  switch (node.type) {
    case 'agent':
      beginAgent(turn, position, node);
      break;
    case 'human':
      beginHuman(turn, position, node);
      break;
    case 'webhook':
      beginWebhook(turn, position);
      break;
    case 'notification':
      beginNotification(turn, position, node);
      break;
    default:
      assertNever(node);
  }
}
