// Generates what happens to an execution, driven by how it stands: likely inputs often, late, double and senseless ones too.
import type { JsonObject } from '../../src/definition/json';
import type { Input, WebhookResponse } from '../../src/engine/input';
import { type Decision, OVERRIDE_ACTIONS } from '../../src/engine/run';
import type { Dice } from './dice';
import { isOpen, type ModelStep, undecided } from './model-step';
import { REVIEWERS } from './sketch';
import type { World } from './world';

/** Reviewers, and who takes over from them. */
const OTHERS = [...REVIEWERS, 'dee', 'eli'];
const HUGE = 'x'.repeat(256 * 1024);

export type Mood = 'mixed' | 'kind' | 'cancelling';

export function nextInput(dice: Dice, world: World, now: number, mood: Mood = 'mixed'): Input {
  const at = now + dice.pick([1, 1, 1, 0, dice.roll(60)]);
  const open = world.steps.filter(isOpen);
  const step = open.length > 0 && dice.roll(100) < 92 ? dice.pick(open) : anyStep(dice, world);
  const make = dice.weigh<(dice: Dice, at: number, step: ModelStep) => Input>([
    [70, (_dice, when, of) => proper(dice, when, of, mood === 'kind' ? 3 : nerve(world, of))],
    [2, overridden],
    [5, (_dice, when) => overridden(dice, when, anyStep(dice, world))],
    [mood === 'cancelling' ? 90 : 3, cancelled],
    [3, (_dice, when) => reassigned(dice, when, passable(dice, world))],
    [10, (_dice, when) => wrong(dice, when, anyStep(dice, world))],
    [2, (_dice, when) => ({ kind: 'dispatched', at: when, nonce: 'again' })],
    [1, (_, when) => ({ kind: 'cancel-requested', at: when, reason: dice.pick([null, 'no more']) })],
    [1, unknown],
    [8, (_dice, when) => deadline(dice, world, when)],
  ]);
  return make(dice, at, step);
}

/** A type and a status first, so that what is rare is met as often. */
function anyStep(dice: Dice, world: World): ModelStep {
  const sortOf = ({ node, status, responseIds }: ModelStep) => `${node.type} ${status} ${responseIds.length > 0}`;
  const sort = dice.pick([...new Set(world.steps.map(sortOf))]);
  return dice.pick(world.steps.filter((step) => sortOf(step) === sort));
}

/** Mostly a human step that waits, or one whose part was passed on. */
function passable(dice: Dice, world: World): ModelStep {
  const humans = world.steps.filter(({ node, status, passes }) => {
    return node.type === 'human' && (status === 'waiting' || passes.length > 0);
  });
  return humans.length > 0 && dice.roll(100) < 80 ? dice.pick(humans) : anyStep(dice, world);
}

/** How many of 100 reports go against the step: many where something follows from it, few where the run would just fail. */
function nerve({ blueprint }: World, { node }: ModelStep): number {
  const key = `node ${node.nodeId}`;
  const routes = (blueprint.arrows.get(key) ?? []).some(({ role }) => role !== 'default' && role !== 'approve');
  return routes || blueprint.loopFrom.has(key) || blueprint.groupOf.has(node.nodeId) ? 45 : 4;
}

/** What a step waits for; when it waits for nothing any more, what comes too late. */
function proper(dice: Dice, at: number, step: ModelStep, against = 40): Input {
  const { stepId, node } = step;
  if (node.type === 'human') {
    const left = undecided(step);
    const userIds = left.length > 0 && dice.roll(100) < 80 ? left : step.reviewers.map((it) => it.userId);
    return decided(at, stepId, dice.pick(userIds), dice.chance(against) ? 'reject' : 'approve', reason(dice));
  }
  if (node.type === 'webhook') return called(dice, at, step, against);
  if (node.type === 'notification') return sent(dice, at, step, against);
  if (step.responseIds.length > 0) return resolved(dice, at, step, against);
  if (dice.chance(against / 3)) {
    const error = { code: dice.pick(['agent-failed', 'agent-timeout', 'agent-not-found']), message: 'it did not work' };
    return { kind: 'agent-failed', at, stepId, error };
  }
  return { kind: 'agent-succeeded', at, stepId, result: result(dice, against) };
}

function sent(dice: Dice, at: number, { stepId }: ModelStep, against: number): Input {
  if (!dice.chance(against / 3))
    return { kind: 'notification-sent', at, stepId, output: { channel: 'slack', ts: '1' } };
  return {
    kind: 'notification-failed',
    at,
    stepId,
    error: { code: 'notification-failed', message: 'no such channel' },
  };
}

/** The answer to the call, or the callback: of an async webhook the latter may come first. */
function called(dice: Dice, at: number, { stepId, node, status }: ModelStep, against: number): Input {
  const isAsync = node.type === 'webhook' && node.config.mode === 'async';
  if (isAsync && (status === 'waiting' || dice.chance(20))) return calledBack(dice, at, stepId, against);
  if (dice.chance(against / 3)) {
    const error = { code: dice.pick(['webhook-node-failed', 'webhook-node-timeout']), message: 'it did not work' };
    return { kind: 'webhook-failed', at, stepId, error };
  }
  return { kind: 'webhook-answered', at, stepId, response: response(dice) };
}

function calledBack(dice: Dice, at: number, stepId: string, against: number): Input {
  if (dice.chance(against / 3)) {
    const error = dice.pick([null, 'no stock']);
    return { kind: 'webhook-called-back', at, stepId, status: 'failed', output: dice.pick([null, { n: 1 }]), error };
  }
  const output = dice.chance(against) ? { decision: 'reject', reason: 'too dear' } : dice.pick([null, { score: 7 }]);
  return { kind: 'webhook-called-back', at, stepId, status: 'completed', output, error: null };
}

function response(dice: Dice): WebhookResponse {
  if (dice.chance(20)) return { httpStatus: 204, responseHeaders: {}, responseText: '' };
  const responseJson = dice.pick([{ decision: 'reject' }, { score: 3 }, [1]]);
  const responseText = dice.roll(1_000) > 993 ? HUGE : JSON.stringify(responseJson);
  return { httpStatus: 200, responseHeaders: { 'content-type': 'application/json' }, responseJson, responseText };
}

function result(dice: Dice, against: number): JsonObject {
  if (dice.chance(4)) return {};
  const decision = dice.chance(against) ? 'reject' : dice.pick([null, 'approve', 'approve', 'approve', 'maybe']);
  const count = dice.pick([null, null, null, 1, 1, 2, 2, 2, 0, 3]);
  const why = dice.pick([
    {},
    { reason: 'by rule' },
    { rejectionReason: 'too long', reason: 'other' },
    { reason: 7, rejectedBy: 'me', overriddenAt: 1 },
  ]);
  return {
    score: dice.roll(10),
    ...(decision === null ? {} : { decision }),
    ...(count === null ? {} : { responses: Array.from({ length: count }, (_, i) => ({ responseId: `r${i}`, n: i })) }),
    ...(dice.chance(30) ? { tags: ['a', 'b'] } : {}),
    ...why,
    ...(dice.roll(1_000) > 993 ? { huge: HUGE } : {}),
  };
}

function overridden(dice: Dice, at: number, { stepId }: ModelStep): Input {
  const actorId = dice.pick([...OTHERS, 'boss']);
  const output = dice.weigh<JsonObject | null>([
    [4, null],
    [3, { decision: 'approve', note: 'by hand' }],
    [3, { decision: 'reject' }],
    [2, { decision: 'other', approved: 'who knows', rejectedBy: 'me', resumedAt: 1, overriddenAt: 1 }],
    [1, dice.chance(20) ? { huge: HUGE } : { score: 9 }],
  ]);
  return {
    kind: 'step-overridden',
    at,
    stepId,
    action: dice.pick(OVERRIDE_ACTIONS),
    actorId,
    output,
    reason: reason(dice),
  };
}

function cancelled(dice: Dice, at: number, { stepId }: ModelStep): Input {
  return { kind: 'step-cancel-requested', at, stepId, actorId: 'boss', reason: reason(dice) };
}

/** Mostly from one who can pass it on to one who can take it; of the last pass now and then the same again. */
function reassigned(dice: Dice, at: number, step: ModelStep): Input {
  const { stepId, reviewers, passes, responses } = step;
  const last = passes.at(-1);
  const left = undecided(step);
  const others = OTHERS.filter((userId) => !reviewers.some((it) => it.userId === userId));
  const of = { kind: 'reviewer-reassigned', at, stepId, actorId: 'boss', reason: reason(dice) } as const;
  if (last && dice.chance(isOpen(step) ? 30 : 70)) return { ...of, fromReviewerId: last.from, toReviewerId: last.to };
  const proper = left.length > 0 && others.length > 0 && dice.roll(100) < 70;
  const decided = responses.map((it) => it.reviewerId);
  const fromReviewerId = dice.pick(proper ? left : [...OTHERS, ...decided, ...decided]);
  return { ...of, fromReviewerId, toReviewerId: dice.pick(proper ? others : OTHERS) };
}

/** Something that this kind of step does not take, or not from this person, or not now. */
function wrong(dice: Dice, at: number, step: ModelStep): Input {
  const { stepId } = step;
  return dice.pick<() => Input>([
    () => decided(at, stepId, 'stranger', 'approve', null),
    () => decided(at, stepId, dice.pick(OTHERS), dice.pick(['approve', 'reject']), null),
    () => resolved(dice, at, { ...step, responseIds: ['r0', 'r9', ...step.responseIds] }, 50),
    () => ({ kind: 'agent-succeeded', at, stepId, result: result(dice, 30) }),
    () => ({ kind: 'agent-failed', at, stepId, error: { code: 'agent-failed', message: 'late' } }),
    () => ({ kind: 'webhook-answered', at, stepId, response: response(dice) }),
    () => ({ kind: 'webhook-failed', at, stepId, error: { code: 'webhook-node-failed', message: 'late' } }),
    () => calledBack(dice, at, stepId, 30),
    () => sent(dice, at, step, 30),
    () => cancelled(dice, at, step),
    () => ({ ...(overridden(dice, at, step) as object), actorId: 'stranger' }) as Input,
  ])();
}

function unknown(dice: Dice, at: number, step: ModelStep): Input {
  return {
    ...dice.pick([(...of: readonly [Dice, number, ModelStep]) => proper(...of), overridden, cancelled])(dice, at, step),
    stepId: 'step_of_nobody',
  } as Input;
}

/** On time, late, or too early for anything. */
function deadline(dice: Dice, world: World, at: number): Input {
  const dueAt = world.steps
    .filter(isOpen)
    .flatMap((step) => [step.dueAt, step.remindAt])
    .filter((instant) => instant !== null);
  const first = Math.min(...dueAt);
  if (dueAt.length === 0 || dice.chance(25)) return { kind: 'deadline-reached', at };
  return { kind: 'deadline-reached', at: Math.max(at, first + dice.pick([0, 1, 40, 200])) };
}

const reason = (dice: Dice): string | null => dice.pick([null, 'because']);

const decided = (at: number, stepId: string, reviewerId: string, decision: Decision, why: string | null): Input => ({
  ...{ kind: 'reviewer-decided', at, stepId, reviewerId, decision, reason: why },
});

function resolved(dice: Dice, at: number, { stepId, responseIds, resolutions }: ModelStep, against: number): Input {
  const left = responseIds.filter((id) => !resolutions.some((it) => it.responseId === id));
  const responseId = dice.pick(left.length > 0 && dice.roll(100) < 80 ? left : responseIds);
  const resolution = dice.chance(against) ? 'rejected' : 'resolved';
  return { kind: 'agent-resolved', at, stepId, responseId, resolution, actorId: 'ann', reason: reason(dice) };
}

/** The shortest way on from here: what some open step waits for, in favour. Null when nothing is open. */
export function windDown(world: World, now: number): Input | null {
  const step = world.steps.find(isOpen);
  if (step === undefined) return null;
  const { stepId, node } = step;
  const at = now + 1;
  if (node.type === 'human') {
    const left = undecided(step);
    const mandatory = step.reviewers.find((it) => it.mandatory && left.includes(it.userId));
    return decided(at, stepId, mandatory?.userId ?? 'nobody is left', 'approve', null);
  }
  if (node.type === 'notification') return { kind: 'notification-sent', at, stepId, output: { channel: 'slack' } };
  if (node.type === 'webhook') {
    if (step.status === 'waiting')
      return { kind: 'webhook-called-back', at, stepId, status: 'completed', output: { score: 5 }, error: null };
    const answer = { httpStatus: 200, responseHeaders: {}, responseText: 'ok' };
    return { kind: 'webhook-answered', at, stepId, response: answer };
  }
  const left = step.responseIds.filter((id) => !step.resolutions.some((it) => it.responseId === id));
  if (step.status !== 'waiting')
    return { kind: 'agent-succeeded', at, stepId, result: { decision: 'approve', score: 5 } };
  const responseId = left[0] ?? 'nothing is left';
  return { kind: 'agent-resolved', at, stepId, responseId, resolution: 'resolved', actorId: 'ann', reason: null };
}
