// Reads the executions of a list, a few at a time. One that is gone meanwhile is left out; of one whose workflow cannot be
// asked, as when an operator has paused it, all is there but its steps.
import type { ExecutionView } from '../../engine/view';
import { ApiError } from '../errors';
import type { ExecutionGateway } from './gateway';
import { isOfOneAlone } from './silence';
import type { Inspection } from './views';

const AT_ONCE = 8;

export async function inspectAll(
  executions: ExecutionGateway,
  workspace: string,
  listed: readonly ExecutionView[],
): Promise<Inspection[]> {
  const inspected = async (view: ExecutionView) => {
    try {
      return await executions.inspect(workspace, view.executionId);
    } catch (error) {
      if (!isOfOneAlone(error)) throw error;
      return executions.outline(workspace, view);
    }
  };
  const found: (Inspection | null)[] = [];
  for (let at = 0; at < listed.length; at += AT_ONCE) {
    const some = listed.slice(at, at + AT_ONCE).map((view) => inspected(view).catch(unlessGone));
    found.push(...(await Promise.all(some)));
  }
  return found.filter((inspection) => inspection !== null);
}

function unlessGone(error: unknown): null {
  if (error instanceof ApiError && error.status === 'NOT_FOUND') return null;
  throw error;
}
