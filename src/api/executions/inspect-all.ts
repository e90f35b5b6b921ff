// Reads several executions for a list, a few at a time. One that is gone meanwhile is left out; of one that an operator has
// paused in Temporal all is there but its steps.
import { ApiError } from '../errors';
import type { ExecutionGateway } from './gateway';
import { isOfPaused } from './silence';
import type { Inspection } from './views';

const AT_ONCE = 8;

export async function inspectAll(
  executions: ExecutionGateway,
  workspace: string,
  executionIds: readonly string[],
): Promise<Inspection[]> {
  const inspected = async (executionId: string) => {
    try {
      return await executions.inspect(workspace, executionId);
    } catch (error) {
      if (!isOfPaused(error)) throw error;
      return executions.outline(workspace, executionId);
    }
  };
  const found: (Inspection | null)[] = [];
  for (let at = 0; at < executionIds.length; at += AT_ONCE) {
    const some = executionIds.slice(at, at + AT_ONCE).map((id) => inspected(id).catch(unlessGone));
    found.push(...(await Promise.all(some)));
  }
  return found.filter((inspection) => inspection !== null);
}

function unlessGone(error: unknown): null {
  if (error instanceof ApiError && error.status === 'NOT_FOUND') return null;
  throw error;
}
