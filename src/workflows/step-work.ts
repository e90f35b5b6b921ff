// Does the work of steps for the engine, whatever their type, and turns what comes of it into an input.
import { CancellationScope, isCancellation } from '@temporalio/workflow';
import { assertNever } from '../definition/json';
import type { Work } from '../engine/effect';
import type { Plan } from '../engine/run';
import { agentRunner } from './agent-steps';
import type { ExecutionContext } from './contract';
import { sendNotification } from './notification-steps';
import type { WorkReport } from './shell';
import { callWebhook } from './webhook-steps';

export interface StepWork {
  /** Never rejects; null: it was cancelled, so nobody waits for it. */
  run(effect: Work, mayRunLocally: boolean): Promise<WorkReport | null>;
  cancel(stepId: string): void;
}

export function stepWork(plan: Plan, context: ExecutionContext): StepWork {
  const runAgent = agentRunner(plan, context);
  const scopes = new Map<string, CancellationScope>();

  async function perform(effect: Work, mayRunLocally: boolean): Promise<WorkReport> {
    switch (effect.kind) {
      case 'run-agent':
        return runAgent(effect, mayRunLocally);
      case 'call-webhook':
        return callWebhook(plan, context, effect);
      case 'send-notification':
        return sendNotification(effect);
      default:
        return assertNever(effect);
    }
  }

  return {
    async run(effect, mayRunLocally) {
      const { stepId } = effect.request;
      const scope = new CancellationScope();
      scopes.set(stepId, scope);
      try {
        return await scope.run(() => perform(effect, mayRunLocally));
      } catch (error) {
        if (isCancellation(error)) return null;
        throw error;
      } finally {
        scopes.delete(stepId);
      }
    },
    cancel: (stepId) => scopes.get(stepId)?.cancel(),
  };
}
