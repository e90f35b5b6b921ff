// The ways in which a caller's input does not apply: values with a sentence for a person.
import type { RefusalCode, Refused, ResponseNotRecorded } from './reply';
import type { Plan, Step } from './run';
import { aggregatorStatusOf } from './tally';

export const refused = (code: RefusalCode, message: string): Refused => ({ kind: 'refused', code, message });

export const stepNotFound = (stepId: string): Refused =>
  refused('step-not-found', `The execution has no step "${stepId}"; executions/get lists its steps.`);

export function notRecorded(
  plan: Plan,
  step: Step,
  rejectionReason: ResponseNotRecorded['rejectionReason'],
): ResponseNotRecorded {
  const aggregatorStatus = aggregatorStatusOf(plan, step) ?? 'pending';
  return { kind: 'response-not-recorded', aggregatorStatus, rejectionReason };
}
