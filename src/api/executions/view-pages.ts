// Puts a view together from the pages in which a workflow answers; one kind for the approval API, one for the dialects.
import type { WorkflowHandle } from '@temporalio/client';
import type { DetailedPage, DetailedView } from '../../engine/detailed-view';
import type { ExecutionView, ViewPage } from '../../engine/view';
import { QUERY, type ViewRequest } from '../../workflows/contract/messages';

/** How often the pages of a view are asked for anew because the execution went on in between. */
const VIEW_TRIES_MAX = 5;

/** Puts the pages of a view together; nearly always there is one. */
async function whole<V extends ExecutionView>(
  ask: (from: number) => Promise<V & Pick<ViewPage, 'next' | 'seq'>>,
): Promise<V> {
  for (let tries = 1; ; tries++) {
    const first = await ask(0);
    const steps: V['steps'][number][] = [...first.steps];
    let [isWhole, position] = [true, first.next];
    while (position !== null && isWhole) {
      const page = await ask(position);
      isWhole = page.seq === first.seq || tries === VIEW_TRIES_MAX;
      steps.push(...page.steps);
      position = page.next;
    }
    const { next: _, seq: __, ...view } = first;
    if (isWhole) return { ...view, steps } as unknown as V;
  }
}

/** A kind of view: its query, and what it is of an execution whose steps nobody can tell. */
export interface Kind<V extends ExecutionView> {
  readonly name: 'plain' | 'detailed';
  readonly pages: (handle: WorkflowHandle) => Promise<V>;
  readonly withoutSteps: (view: ExecutionView) => V;
  /** Of an execution that has ended, by what its workflow closed with; absent where that does not say enough. */
  readonly ofFinal?: (view: ExecutionView) => V;
}

export const PLAIN: Kind<ExecutionView> = {
  name: 'plain',
  pages: (handle) => whole((from) => handle.query<ViewPage, [ViewRequest]>(QUERY.view, { from })),
  withoutSteps: (view) => view,
  ofFinal: (view) => view,
};
export const DETAILED: Kind<DetailedView> = {
  name: 'detailed',
  pages: (handle) => whole((from) => handle.query<DetailedPage, [ViewRequest]>(QUERY.detailedView, { from })),
  withoutSteps: (view) => ({ ...view, steps: [], cancelReason: null }),
};
