// Reads several executions for a list, a few at a time; one that is gone meanwhile is left out.
import { ApiError } from '../errors';
import type { ExecutionGateway, Inspection } from './gateway';

const AT_ONCE = 8;

export async function inspectAll(
  executions: ExecutionGateway,
  workspace: string,
  executionIds: readonly string[],
): Promise<Inspection[]> {
  const found: (Inspection | null)[] = [];
  for (let at = 0; at < executionIds.length; at += AT_ONCE) {
    const some = executionIds.slice(at, at + AT_ONCE).map((id) => executions.inspect(workspace, id).catch(unlessGone));
    found.push(...(await Promise.all(some)));
  }
  return found.filter((inspection) => inspection !== null);
}

function unlessGone(error: unknown): null {
  if (error instanceof ApiError && error.status === 'NOT_FOUND') return null;
  throw error;
}
