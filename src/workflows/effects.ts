// Performs what the engine asked for, once everything that the workflow task carried has been applied.
import { condition, workflowInfo } from '@temporalio/workflow';
import type { RunAgent } from '../engine/effect';
import type { AgentSteps } from './agent-steps';
import type { DueEffect, Origin, Shell } from './shell';

export interface Outbox {
  add(due: readonly DueEffect[], origin: Origin): void;
  /** Nothing is left to be performed. */
  isEmpty(): boolean;
}

/** `afterwards` is called once per workflow task that changed something. */
export function outbox(shell: Shell, agents: AgentSteps, afterwards: () => void): Outbox {
  const effects: DueEffect[] = [];
  let hasChanged = false;
  /** The length of the history in the workflow task that last handled an Update: it names that task. */
  let updateHandledAt = -1;

  async function perform(): Promise<never> {
    for (;;) {
      await condition(() => hasChanged);
      // A local activity runs before its workflow task is recorded. Beside an Update it would act on an approval that
      // is lost when worker and server die in that moment (contract 2 section 10).
      const hasUpdate = updateHandledAt === workflowInfo().historyLength;
      for (const { effect, origin } of effects.splice(0)) {
        if (effect.kind === 'run-agent') void runAgent(effect, origin === 'recorded' && !hasUpdate);
        else agents.cancel(effect.stepId);
      }
      afterwards();
      hasChanged = false;
    }
  }

  async function runAgent(effect: RunAgent, mayRunLocally: boolean): Promise<void> {
    const outcome = await agents.run(effect, mayRunLocally);
    if (outcome === null) return;
    const { stepId } = effect.request;
    const at = Date.now();
    const origin = outcome.ranLocally ? 'local' : 'recorded';
    if (outcome.kind === 'failed') shell.apply({ kind: 'agent-failed', at, stepId, error: outcome.error }, origin);
    else shell.apply({ kind: 'agent-succeeded', at, stepId, result: outcome.result }, origin);
  }

  void perform();
  return {
    add(due, origin) {
      effects.push(...due);
      hasChanged = true;
      if (origin === 'update') updateHandledAt = workflowInfo().historyLength;
    },
    isEmpty: () => !hasChanged,
  };
}
