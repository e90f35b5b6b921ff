// Cancelling an execution: the engine's answer decides a race with the last approval (contract 2 section 8).
import type { CancelRequested } from './input';
import type { CancelReply } from './reply';
import { cancelOpenSteps } from './step';
import { emit, type Turn } from './turn';

/** Ends a running execution as cancelled; one that has ended stays as it is. */
export function cancelExecution(turn: Turn, { reason }: CancelRequested): CancelReply {
  if (isTerminal(turn)) return { kind: 'cancel', cancelled: false };
  cancelOpenSteps(turn, { actorId: 'system:execution-cancelled', reason: reason ?? 'execution-cancelled' });
  turn.status = 'cancelled';
  turn.cancelledAt = turn.at;
  emit(turn, 'execution.cancelled', null, reason === null ? null : { reason });
  return { kind: 'cancel', cancelled: true };
}

/** An execution that has ended never changes again. */
export function isTerminal(run: { readonly status: string }): boolean {
  return run.status === 'completed' || run.status === 'failed' || run.status === 'cancelled';
}
