// The ways in which a caller's input does not apply: values with a sentence for a person.
import { type JsonObject, jsonBytes } from '../definition/json';
import { LIMITS } from '../definition/limits';
import type { RefusalCode, Refused, ResponseNotRecorded } from './reply';
import type { Plan, Step } from './run';
import { aggregatorStatusOf } from './tally';

export const refused = (code: RefusalCode, message: string): Refused => ({ kind: 'refused', code, message });

/** Why it cannot be a step's output, or null. Asked last: who knows it beforehand has all else judged without the output. */
export function outputTooLarge(output: JsonObject | null): Refused | null {
  const bytes = output === null ? 0 : jsonBytes(output);
  if (bytes <= LIMITS.outputBytesMax) return null;
  const message = `The output would be ${bytes} bytes; at most ${LIMITS.outputBytesMax} are possible.`;
  return refused('output-too-large', message);
}

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
