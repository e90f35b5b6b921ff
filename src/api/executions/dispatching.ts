// Starts executions for callers: what the approval API and the dialects share. Who asks, and in which words, is theirs.
import { LIMITS } from '../../definition/limits';
import {
  type DispatchOrder,
  type Obstacle,
  obstacleOf,
  type StartDependencies,
  startFound,
} from '../../dispatch/start-once';
import type { DefinitionStore } from '../definitions/store';
import { ApiError } from '../errors';
import type { ExecutionGateway } from './gateway';
import type { ExecutionRecord } from './presentation';

export type { DispatchOrder, Obstacle };

export type DispatchOutcome =
  | { readonly kind: 'started'; readonly dispatchedAt: number }
  /** The key has an execution. It wins over the obstacle, if there is one (contract 1, executions/dispatch). */
  | { readonly kind: 'taken'; readonly record: ExecutionRecord; readonly obstacle: Obstacle | null }
  | { readonly kind: 'obstructed'; readonly obstacle: Obstacle };

export interface DispatchDependencies extends StartDependencies {
  readonly definitions: DefinitionStore;
  readonly executions: ExecutionGateway;
}

export const INPUT_TOO_LARGE = `The input takes more than ${LIMITS.triggerContextBytesMax} bytes when it is written out.`;

/** A read of the definition's head, unless it was read just before, and one start; a third call only when there is an execution already. */
export async function dispatch(
  dependencies: DispatchDependencies,
  workspace: string,
  order: DispatchOrder,
): Promise<DispatchOutcome> {
  const found = await lookUp(dependencies, workspace, order);
  const outcome = await startFound(dependencies, workspace, { order, found });
  if (outcome.kind === 'started') return outcome;
  const obstacle = outcome.kind === 'obstructed' ? outcome.obstacle : null;
  const record = await dependencies.executions.lookUp(workspace, order.key);
  if (record) return { kind: 'taken', record, obstacle };
  if (obstacle) return { kind: 'obstructed', obstacle };
  throw new ApiError('UNAVAILABLE', 'An execution with this key has just been removed; try again.');
}

/** Why this order could not be dispatched now, or null: what a replay that is known without asking is still judged by. */
export async function obstacleTo(
  dependencies: Pick<DispatchDependencies, 'definitions'>,
  workspace: string,
  order: DispatchOrder,
): Promise<Obstacle | null> {
  return obstacleOf(order, await lookUp(dependencies, workspace, order));
}

const lookUp = (
  { definitions }: Pick<DispatchDependencies, 'definitions'>,
  workspace: string,
  { definitionId, version }: DispatchOrder,
) =>
  version === undefined
    ? definitions.forDispatch(workspace, definitionId)
    : definitions.version(workspace, definitionId, version);
