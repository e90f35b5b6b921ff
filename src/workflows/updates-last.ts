// Has updates worked off after all else that an activation brings. The SDK hands them over before it; but an activation may
// also come in two pieces (a query brings the newer history along, and the updates come with the next task), and then they
// come last. An execution must come to the same either way, or it cannot be replayed (docs/decisions/0101-updates-come-last.md).
import { CancellationScope, condition, type WorkflowInterceptors, workflowInfo } from '@temporalio/workflow';

/** How often conditions are looked at until what was brought has had all its consequences; three looks are known to do. */
const LOOKS = 10;

/** The runs, by id, of which this holds. */
const runs = new Map<string, { areWaiting: boolean }>();

/** From the next activation on; to be called when a workflow begins. */
export function workOffUpdatesLast(): void {
  runs.set(workflowInfo().runId, { areWaiting: false });
}

/** Whether updates have come that are still to be handed over: so long the workflow must neither end nor continue as new. */
export const areUpdatesWaiting = (): boolean => runs.get(workflowInfo().runId)?.areWaiting === true;

/** For the bundle: the SDK calls it for each run. */
export const interceptors = (): WorkflowInterceptors => {
  const { runId } = workflowInfo();
  return {
    internals: [
      {
        activate(input, next) {
          const { activation } = input;
          const jobs = activation.jobs ?? [];
          const updates = jobs.filter(({ doUpdate }) => doUpdate);
          const run = runs.get(runId);
          if (updates.length === 0 || updates.length === jobs.length || run === undefined) return next(input);
          const others = jobs.filter(({ doUpdate }) => !doUpdate);
          run.areWaiting = true;
          next({ ...input, activation: { ...activation, jobs: others } });
          // What was brought may be the workflow's cancellation.
          void CancellationScope.nonCancellable(allConsequences).then(() => {
            run.areWaiting = false;
            next({ ...input, activation: { ...activation, jobs: updates } });
          });
        },
        dispose(input, next) {
          runs.delete(runId);
          next(input);
        },
      },
    ],
  };
};

async function allConsequences(): Promise<void> {
  for (let looks = 0; looks < LOOKS; looks++) {
    let isNext = false;
    await condition(() => {
      const wasNext = isNext;
      isNext = true;
      return wasNext;
    });
  }
}
