// Compares what the engine did with what the reference model expects, and says where they part.
import type { Json } from '../../src/definition/json';
import type { Effect } from '../../src/engine/effect';
import type { ExecutionEvent } from '../../src/engine/event';
import type { Reply } from '../../src/engine/reply';
import type { Plan, Run, Step } from '../../src/engine/run';
import { type StepView, viewPage } from '../../src/engine/view';
import type { Expected, Model } from './model';
import { outputOf } from './model-output';
import type { ExpectedReply } from './model-requests';
import type { ModelStep } from './model-step';

export class Difference extends Error {}

export function differ(what: string, expected: unknown, actual: unknown): never {
  throw new Difference(`${what}\nexpected ${JSON.stringify(expected)}\ngot      ${JSON.stringify(actual)}`);
}

export function hold(claim: boolean, what: string, shown?: unknown): void {
  if (!claim) throw new Difference(shown === undefined ? what : `${what}: ${JSON.stringify(shown)}`);
}

/** Deep equality; an expected `message: null` beside a code stands for any text. */
export function isSame(expected: unknown, actual: unknown): boolean {
  if (expected === actual) return true;
  if (typeof expected !== 'object' || typeof actual !== 'object' || expected === null || actual === null) return false;
  if (Array.isArray(expected)) return Array.isArray(actual) && isSameList(expected, actual);
  return !Array.isArray(actual) && isSameObject(expected as Record<string, Json>, actual as Record<string, Json>);
}

function isSameList(expected: readonly unknown[], actual: readonly unknown[]): boolean {
  if (expected.length !== actual.length) return false;
  for (let index = 0; index < expected.length; index++) if (!isSame(expected[index], actual[index])) return false;
  return true;
}

function isSameObject(expected: Record<string, Json>, actual: Record<string, Json>): boolean {
  const keys = Object.keys(expected);
  if (keys.length !== Object.keys(actual).length) return false;
  for (const key of keys) {
    if (key === 'message' && expected[key] === null && 'code' in expected) {
      if (typeof actual[key] !== 'string') return false;
    } else if (!Object.hasOwn(actual, key) || !isSame(expected[key], actual[key])) return false;
  }
  return true;
}

export function compareEvents(expected: Expected['events'], actual: readonly ExecutionEvent[]): void {
  if (isSame(expected, actual)) return;
  const line = (it: object | undefined) => (it === undefined ? 'nothing' : it);
  for (let index = 0; index < Math.max(expected.length, actual.length); index++) {
    const [left, right] = [expected[index], actual[index]];
    if (!isSame(left, right)) differ(`event ${index + 1} of this input`, line(left), line(right));
  }
}

export function compareReply(expected: ExpectedReply, actual: Reply): void {
  if (expected.kind === 'refused') {
    if (actual.kind !== 'refused' || !expected.codes.includes(actual.code)) differ('the reply', expected, actual);
    hold(actual.message.length > 0, 'a refusal must say what is wrong', actual);
  } else if (!isSame(expected, actual)) differ('the reply', expected, actual);
}

/** Which agents and webhooks are to be called and with what input, and which are to stop. */
export function compareEffects(expected: Expected, effects: readonly Effect[], plan: Plan): void {
  const asked = effects.filter((effect) => effect.kind !== 'cancel-work' && effect.kind !== 'send-reminder');
  compareMail(expected.mailed, effects);
  const ids = [expected.asked.map((step) => step.stepId), asked.map((effect) => effect.request.stepId)];
  if (!isSame(ids[0], ids[1])) differ('the work to begin', ids[0], ids[1]);
  expected.asked.forEach((step, index) => {
    const { request } = asked[index]!;
    if ('message' in request) return;
    const input = request.input ?? plan.facts.triggerContext;
    if (!isSame(step.input, input)) differ(`the input of ${step.stepId}`, step.input, input);
  });
  // To stop what has just reported is of no consequence.
  const stopped = effects
    .filter((effect) => effect.kind === 'cancel-work')
    .map((effect) => effect.stepId)
    .filter((id) => id !== expected.reported);
  const expectedIds = [...expected.stopped].sort();
  if (!isSame(expectedIds, stopped.sort())) differ('the work to stop', expectedIds, stopped);
}

function compareMail(mailed: Expected['mailed'], effects: readonly Effect[]): void {
  const mails = effects.filter((effect) => effect.kind === 'send-reminder');
  const expected = mailed === null ? [] : [{ stepId: mailed.step.stepId, n: mailed.step.reminders }];
  const actual = mails.map(({ n, request }) => ({ stepId: request.stepId, n }));
  if (!isSame(expected, actual)) differ('the mail that reminds', expected, actual);
  for (const userId of mailed?.waitsFor ?? []) {
    hold(mails[0]!.request.message.body.includes(`- ${userId}\n`), 'the mail names who is waited for', userId);
  }
}

/** Everything but outputs, which cost more: after each input. */
export function compareStates({ world }: Model, run: Run): void {
  const { status, startedAt, completedAt, cancelledAt, failure } = world;
  const expected = { status, startedAt, completedAt, cancelledAt, seq: world.events.length };
  const { seq } = run;
  const actual = {
    status: run.status,
    startedAt: run.startedAt,
    completedAt: run.completedAt,
    cancelledAt: run.cancelledAt,
    seq,
  };
  if (!isSame(expected, actual)) differ('the execution', expected, actual);
  if ((failure?.code ?? null) !== (run.failureReason?.code ?? null)) differ('the failure', failure, run.failureReason);
  if (failure)
    hold(run.failureReason!.message.includes(failure.names), 'the message must name', [failure, run.failureReason]);
  if (world.steps.length !== run.steps.length) {
    differ(
      'the steps',
      world.steps.map((step) => step.stepId),
      run.steps.map((step) => step.stepId),
    );
  }
  world.steps.forEach((step, index) => {
    const actualStep = run.steps[index]!;
    if (isSameState(step, actualStep)) return;
    differ(`step ${step.stepId}`, stateOf(step), engineStateOf(actualStep));
  });
}

/** Whether `stateOf` and `engineStateOf` say the same: this is asked for every step after every input. */
function isSameState(left: ModelStep, right: Step): boolean {
  return (
    left.stepId === right.stepId &&
    left.node.nodeId === right.nodeId &&
    left.status === right.status &&
    left.iteration === right.iteration &&
    left.startedAt === right.startedAt &&
    left.completedAt === right.completedAt &&
    left.dueAt === right.dueAt &&
    left.remindAt === right.remindAt &&
    left.reminders === right.reminded &&
    isSame(left.decision, right.decision) &&
    isSame(left.error, right.error)
  );
}

function stateOf({ node, reminders, ...step }: ModelStep) {
  const { stepId, status, iteration, startedAt, completedAt, dueAt, error, decision, remindAt } = step;
  return {
    ...{ stepId, nodeId: node.nodeId, status, iteration, startedAt, completedAt, dueAt, error, decision },
    ...{ remindAt, reminded: reminders },
  };
}

function engineStateOf({ stepId, nodeId, status, remindAt, reminded, ...step }: Step) {
  const { iteration, startedAt, completedAt, dueAt, error, decision } = step;
  return {
    ...{ stepId, nodeId, status, iteration, startedAt, completedAt, dueAt, error, decision },
    ...{ remindAt, reminded },
  };
}

/** What every step shows to the outside. */
export function compareOutputs({ world }: Model, plan: Plan, run: Run): void {
  const views = stepViews(plan, run);
  world.steps.forEach((step, index) => {
    const [left, right] = [outputOf(step), views[index]!.output];
    if (!isSame(left, right)) differ(`the output of ${step.stepId}`, left, right);
  });
}

function stepViews(plan: Plan, run: Run): readonly StepView[] {
  const views: StepView[] = [];
  for (let next: number | null = 0; next !== null; ) {
    const page = viewPage(plan, run, next);
    views.push(...page.steps);
    next = page.next;
  }
  return views;
}
