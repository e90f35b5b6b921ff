// Performs what the engine asked for, once everything that the workflow task carried has been applied.
import { condition, workflowInfo } from '@temporalio/workflow';
import type { RunAgent } from '../engine/effect';
import type { AgentSteps } from './agent-steps';
import type { DueEffect, Origin, Shell } from './shell';

export interface Outbox {
  add(due: readonly DueEffect[], origin: Origin): void;
  /** Performs what is added, until `isOver` and nothing is left. */
  performUntil(isOver: () => boolean): Promise<void>;
}

/** `afterwards` is called once per workflow task that changed something. */
export function outbox(shell: Shell, agents: AgentSteps, afterwards: () => void): Outbox {
  const effects: DueEffect[] = [];
  let hasChanged = false;
  /** The length of the history in the workflow task that last handled an Update: it names that task. */
  let updateHandledAt = -1;

  function runAgent(effect: RunAgent, mayRunLocally: boolean): void {
    const { stepId } = effect.request;
    void agents.run(effect, mayRunLocally).then((outcome) => {
      if (outcome === null) return;
      const at = Date.now();
      const origin = outcome.ranLocally ? 'local' : 'recorded';
      if (outcome.kind === 'failed') shell.apply({ kind: 'agent-failed', at, stepId, error: outcome.error }, origin);
      else shell.apply({ kind: 'agent-succeeded', at, stepId, result: outcome.result }, origin);
    });
  }

  function perform(): void {
    // A local activity runs before its workflow task is recorded. Beside an Update it would act on an approval that is
    // lost when worker and server die in that moment (contract 2 section 10).
    const hasUpdate = updateHandledAt === workflowInfo().historyLength;
    for (const { effect, origin } of effects.splice(0)) {
      if (effect.kind === 'run-agent') runAgent(effect, origin === 'recorded' && !hasUpdate);
      else agents.cancel(effect.stepId);
    }
    afterwards();
    hasChanged = false;
  }

  return {
    add(due, origin) {
      effects.push(...due);
      hasChanged = true;
      if (origin === 'update') updateHandledAt = workflowInfo().historyLength;
    },
    async performUntil(isOver) {
      // Conditions are looked at when all that the workflow task carries is applied.
      for (;;) {
        await condition(() => hasChanged || isOver());
        if (!hasChanged) return;
        perform();
      }
    },
  };
}
