// The first input of a run: one step for each root (contract 2 section 5).
import type { Dispatched } from './input';
import type { Noted } from './reply';
import { startStep } from './start';
import { openStep } from './step';
import { rootStepId } from './step-id';
import { emit, type Turn } from './turn';

/** Starts the roots; a run that was dispatched before is left as it is. */
export function dispatch(turn: Turn, { nonce }: Dispatched): Noted {
  if (turn.status !== 'pending') return { kind: 'ignored-late' };
  turn.status = 'running';
  turn.startedAt = turn.at;
  turn.nonce = nonce;
  const { definition, graph } = turn.plan;
  const roots = graph.roots.map((nodeId) => ({ nodeId, stepId: rootStepId(nodeId, turn.at, nonce) }));
  emit(turn, 'execution.dispatched', null, {
    definitionId: definition.definitionId,
    definitionVersion: definition.version,
    rootStepIds: roots.map((root) => root.stepId),
  });
  for (const root of roots) {
    const position = openStep(turn, { ...root, iteration: 1, cause: { kind: 'root' } });
    if (position !== null) startStep(turn, position);
  }
  return { kind: 'applied' };
}
