// Reads the executions of a list, a few at a time. One that is gone meanwhile is left out; of one whose workflow cannot be
// asked, as when an operator has paused it, all is there but its steps.
import type { ExecutionView } from '../../engine/view';
import { ApiError } from '../errors';
import type { ExecutionGateway } from './gateway';
import { isOfOneAlone } from './silence';
import type { Inspection } from './views';

const AT_ONCE = 8;

/** In their order, for as long as somebody goes on asking: a hundred executions with all their steps may be gigabytes. */
export async function* inspectAll(
  executions: ExecutionGateway,
  workspace: string,
  listed: readonly ExecutionView[],
): AsyncGenerator<Inspection> {
  const inspected = async (view: ExecutionView) => {
    try {
      return await executions.inspect(workspace, view.executionId);
    } catch (error) {
      if (!isOfOneAlone(error)) throw error;
      return executions.outline(workspace, view);
    }
  };
  for (let at = 0; at < listed.length; at += AT_ONCE) {
    const some = listed.slice(at, at + AT_ONCE).map((view) => inspected(view).catch(unlessGone));
    for (const inspection of await Promise.all(some)) if (inspection !== null) yield inspection;
  }
}

function unlessGone(error: unknown): null {
  if (error instanceof ApiError && error.status === 'NOT_FOUND') return null;
  throw error;
}
