// Does the work of steps for the engine, whatever their type, and turns what comes of it into an input.
import { CancellationScope, isCancellation } from '@temporalio/workflow';
import { assertNever } from '../definition/json';
import type { SendReminder, Work } from '../engine/effect';
import type { Plan } from '../engine/run';
import { agentBytes, agentRunner } from './agent-steps';
import type { ExecutionContext } from './contract/execution';
import { sendNotification } from './notification-steps';
import { sendReminder } from './reminder-mails';
import type { WorkReport } from './shell';
import type { TaskRoom } from './task-room';
import { callWebhook } from './webhook-steps';

export interface StepWork {
  /** Never rejects; null: nothing follows, as it was cancelled, or was a mail that reminds. */
  run(effect: Work | SendReminder, mayRunLocally: boolean): Promise<WorkReport | null>;
  cancel(stepId: string): void;
  /** Whether some of it runs within the workflow task just now. */
  isLocalAtWork(): boolean;
  /** What asking for it takes of the answer of a workflow task. */
  bytesOf(effect: Work | SendReminder): number;
}

export function stepWork(plan: Plan, context: ExecutionContext, room: TaskRoom): StepWork {
  const agents = agentRunner(plan, context, room);
  const bytesOfAgent = agentBytes(context);
  const scopes = new Map<string, Set<CancellationScope>>();

  function perform(effect: Work | SendReminder, mayRunLocally: boolean): Promise<WorkReport | null> {
    switch (effect.kind) {
      case 'run-agent':
        return agents.run(effect, mayRunLocally);
      case 'call-webhook':
        return callWebhook(plan, context, effect, room);
      case 'send-notification':
        return sendNotification(effect, context, room);
      case 'send-reminder':
        return sendReminder(effect, context, room).then(() => null);
      default:
        return assertNever(effect);
    }
  }

  return {
    // Promises cost more in a workflow than elsewhere, since the SDK notes a stack trace for each: no more layers than needed.
    run(effect, mayRunLocally) {
      const { stepId } = effect.request;
      const scope = new CancellationScope();
      const ofStep = scopes.get(stepId) ?? new Set();
      scopes.set(stepId, ofStep.add(scope));
      const leave = () => {
        ofStep.delete(scope);
        if (ofStep.size === 0) scopes.delete(stepId);
      };
      return scope
        .run(() => perform(effect, mayRunLocally))
        .then(
          (report) => {
            leave();
            return report;
          },
          (error: unknown) => {
            leave();
            if (isCancellation(error)) return null;
            throw error;
          },
        );
    },
    cancel(stepId) {
      for (const scope of scopes.get(stepId) ?? []) scope.cancel();
    },
    isLocalAtWork: agents.isLocalAtWork,
    bytesOf: (effect) => (effect.kind === 'run-agent' ? bytesOfAgent(effect) : effect.requestBytes),
  };
}
