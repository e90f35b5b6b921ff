// Starts what fired: children in the order of the definition's edges (contract 2 section 5).
import type { DueChild } from './due-child';
import { isLateMember, QUORUM_CANCEL } from './late';
import { restartLoop } from './loop';
import { startStep } from './start';
import { cancelStep, hasRoom, openStep } from './step';
import { positionOf } from './step-positions';
import { stepAt, type Turn } from './turn';

/** Opens and starts each child once; a member that comes after its group's quorum is created cancelled. */
export function startChildren(turn: Turn, due: readonly DueChild[]): void {
  const inOrder = [...due].sort((a, b) => a.order - b.order);
  for (const child of inOrder) {
    if (positionOf(turn.steps, child.stepId) >= 0) continue;
    // An iteration that cannot start is not announced.
    if (child.restarts && hasRoom(turn)) restartLoop(turn, child.restarts);
    const position = openStep(turn, child);
    if (position === null) return;
    if (isLateMember(turn, stepAt(turn, position))) cancelStep(turn, position, QUORUM_CANCEL);
    else startStep(turn, position);
  }
}
