// What the dialects show of a run beside its view: what each step was given, and why the execution was cancelled.
import type { JsonObject } from '../definition/json';
import { allEvents } from './event-log';
import type { Plan, Run, Step } from './run';
import { inputOf } from './step-input';
import { type ExecutionView, type StepView, stepsOnPage, stepView, type ViewPage, viewPage } from './view';

export interface DetailedStepView extends StepView {
  readonly iteration: number;
  /** Null: the execution's triggerContext, which is not sent once more for each root. */
  readonly input: JsonObject | null;
}

export interface DetailedView extends ExecutionView {
  readonly steps: readonly DetailedStepView[];
  readonly cancelReason: string | null;
}

export interface DetailedPage extends ViewPage {
  readonly steps: readonly DetailedStepView[];
  readonly cancelReason: string | null;
}

/** The same pages as those of `viewPage`, though with fewer steps on each. */
export function detailedPage(plan: Plan, run: Run, from: number): DetailedPage {
  const { steps: _, ...view } = viewPage(plan, run, run.steps.length);
  return { ...view, ...stepsOnPage(run, from, (step) => detailed(plan, run, step)), cancelReason: cancelReasonOf(run) };
}

function detailed(plan: Plan, run: Run, step: Step): DetailedStepView {
  const input = step.cause.kind === 'root' ? null : inputOf(plan, run, step);
  return { ...stepView(plan, step), iteration: step.iteration, input };
}

function cancelReasonOf({ status, log }: Run): string | null {
  if (status !== 'cancelled') return null;
  const reason = allEvents(log).findLast(({ type }) => type === 'execution.cancelled')?.data?.reason;
  return typeof reason === 'string' ? reason : null;
}
