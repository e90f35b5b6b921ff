// The reference model of contract 2: slow and obvious. Fed the inputs of an execution, it says what must come out.
import type { PinnedDefinition } from '../../src/definition/definition';
import { type Json, type JsonObject, jsonBytes } from '../../src/definition/json';
import type { AgentSucceeded, Dispatched, Input, WebhookAnswered } from '../../src/engine/input';
import type { ExecutionFacts } from '../../src/engine/run';
import { workOff } from './model-evaluate';
import {
  callBack,
  cancelStep,
  complete,
  decide,
  decisionIn,
  type ExpectedReply,
  override,
  reassign,
  resolve,
} from './model-requests';
import { fail, isPastQuorum, start } from './model-start';
import { aggregatorOf, blockingConfig, isMailed, isOpen, type ModelStep, undecided } from './model-step';
import {
  cancel,
  cancelOpen,
  type ExpectedEvent,
  emit,
  end,
  isTerminal,
  newWorld,
  QUORUM_CANCEL,
  stepById,
  type World,
} from './world';

/** What one input must bring. */
export interface Expected {
  readonly events: readonly ExpectedEvent[];
  readonly reply: ExpectedReply;
  /** The agents and webhooks that are to be called because of it, in order. */
  readonly asked: readonly ModelStep[];
  /** The step of which a mail reminds because of it, and whom it names. */
  readonly mailed: { readonly step: ModelStep; readonly waitsFor: readonly string[] } | null;
  /** Those that were running, or had mails sent, and must be stopped. */
  readonly stopped: readonly string[];
  /** The step whose work this input is a report of. */
  readonly reported: string | null;
}

const OUTPUT_BYTES_MAX = 256 * 1024;

export class Model {
  readonly world: World;

  constructor(definition: PinnedDefinition, facts: ExecutionFacts) {
    this.world = newWorld(definition, facts);
  }

  feed(input: Input): Expected {
    const { world } = this;
    const [seq, ran] = [world.events.length, new Set(world.steps.filter(isAtWork))];
    const mailed = world.steps.filter((step) => isOpen(step) && isMailed(step));
    const reported = 'stepId' in input && REPORTS.includes(input.kind) ? input.stepId : null;
    world.at = input.at;
    world.notes.length = 0;
    const reply = this.apply(input);
    const hasEnded = input.kind === 'cancel-requested' || isTerminal(world);
    if (world.events.length > seq && !hasEnded) workOff(world);
    return {
      events: world.events.slice(seq),
      reply,
      asked: world.steps.filter((step) => isAtWork(step) && !ran.has(step)),
      mailed: this.mailed(seq),
      stopped: [...ran, ...mailed]
        .filter((step) => !isOpen(step) && step.stepId !== reported)
        .map((step) => step.stepId),
      reported,
    };
  }

  private mailed(seq: number): Expected['mailed'] {
    const reminder = this.world.events.slice(seq).find(({ type }) => type === 'step.reminder');
    const step = reminder?.stepId == null ? undefined : stepById(this.world, reminder.stepId);
    return step && isMailed(step) ? { step, waitsFor: undecided(step) } : null;
  }

  private apply(input: Input): ExpectedReply {
    const { world } = this;
    switch (input.kind) {
      case 'dispatched':
        return this.dispatch(input);
      case 'reviewer-decided':
        return decide(world, input);
      case 'agent-resolved':
        return resolve(world, input);
      case 'step-overridden':
        return override(world, input);
      case 'step-cancel-requested':
        return cancelStep(world, input);
      case 'reviewer-reassigned':
        return reassign(world, input);
      case 'agent-succeeded':
        return this.succeed(input);
      case 'webhook-called-back':
        return callBack(world, input);
      case 'webhook-answered':
        return this.answer(input);
      case 'notification-sent': {
        const step = stepById(world, input.stepId);
        if (step?.status !== 'running' || step.node.type !== 'notification') return { kind: 'ignored-late' };
        step.own = input.output;
        complete(world, step, null);
        return { kind: 'applied' };
      }
      case 'notification-failed':
      case 'webhook-failed':
      case 'agent-failed': {
        const step = stepById(world, input.stepId);
        const type = input.kind.replace('-failed', '');
        if (step?.status !== 'running' || step.node.type !== type) return { kind: 'ignored-late' };
        fail(world, step, input.error.code, input.error.message);
        return { kind: 'applied' };
      }
      case 'deadline-reached':
        return this.pass();
      case 'cancel-requested':
        return this.cancelAll(input.reason);
    }
  }

  private dispatch({ at, nonce }: Dispatched): ExpectedReply {
    const { world } = this;
    if (world.status !== 'pending') return { kind: 'ignored-late' };
    const { definitionId, version } = world.definition;
    const { roots } = world.blueprint;
    world.status = 'running';
    world.startedAt = at;
    const rootStepIds = roots.map((nodeId) => `step_${nodeId}_${at}_${nonce}`);
    emit(world, 'execution.dispatched', null, { definitionId, definitionVersion: version, rootStepIds });
    roots.forEach((nodeId, index) => {
      const input = world.facts.triggerContext;
      const isPastLimit = world.steps.length >= world.facts.stepsMax;
      if (isPastLimit) world.unhandled ??= { code: 'step-limit-exceeded', names: '' };
      else start(world, { stepId: rootStepIds[index]!, nodeId, iteration: 1, input, parent: null, loopId: null });
    });
    return { kind: 'applied' };
  }

  private succeed({ at, stepId, result }: AgentSucceeded): ExpectedReply {
    const { world } = this;
    const step = stepById(world, stepId);
    if (step?.status !== 'running' || step.node.type !== 'agent') return { kind: 'ignored-late' };
    const { agentId, requireNonEmptyOutput } = step.node.config;
    const own: JsonObject = { ...result, agentId, generatedAt: at };
    if (requireNonEmptyOutput && Object.keys(result).length === 0) fail(world, step, 'agent-empty-output', null);
    else if (jsonBytes(own) > OUTPUT_BYTES_MAX) fail(world, step, 'output-too-large', null);
    else if (blockingConfig(step.node)) this.block(step, own);
    else {
      step.own = own;
      complete(world, step, decisionIn(result.decision));
    }
    return { kind: 'applied' };
  }

  /** A sync webhook is done with its answer; an async one waits, unless its group does not wait any more. */
  private answer({ stepId, response }: WebhookAnswered): ExpectedReply {
    const { world } = this;
    const step = stepById(world, stepId);
    if (step?.status !== 'running' || step.node.type !== 'webhook') return { kind: 'ignored-late' };
    if (step.node.config.mode === 'async') {
      if (isPastQuorum(world, step)) cancel(world, step, QUORUM_CANCEL);
      else {
        step.status = 'waiting';
        emit(world, 'step.awaiting-callback', stepId, null);
      }
    } else if (step.node.requireNonEmptyOutput && response.responseText === '') {
      fail(world, step, 'webhook-node-empty-response', null);
    } else if (jsonBytes({ ...response }) > OUTPUT_BYTES_MAX) fail(world, step, 'output-too-large', null);
    else {
      step.own = { ...response };
      complete(world, step, null);
    }
    return { kind: 'applied' };
  }

  /** A blocking agent waits for the resolution of its responses, unless its group does not wait any more. */
  private block(step: ModelStep, own: JsonObject): void {
    const { world } = this;
    const returned = Array.isArray(own.responses) ? (own.responses as readonly { responseId: string }[]) : [];
    const responses = returned.length > 0 ? returned : [{ responseId: 'resp_1' }];
    step.responseIds = responses.map(({ responseId }) => responseId);
    // What it decides is for its responses to say.
    const { decision, rejectedBy, overriddenAt, ...kept } = own;
    step.own = { ...kept, responses: responses as unknown as Json };
    if (isPastQuorum(world, step)) {
      cancel(world, step, QUORUM_CANCEL);
      return;
    }
    step.status = 'waiting';
    const agentId = own.agentId as string;
    emit(world, 'step.awaiting-approval', step.stepId, { agentId, responseIds: step.responseIds });
    if (aggregatorOf(step) === 'rejected') {
      emit(world, 'step.resumed', step.stepId, { resumeKey: `agent:${step.stepId}` });
      complete(world, step, 'reject');
    }
  }

  /** The first deadline that has passed, of any step; only when there is none, the first reminder. */
  private pass(): ExpectedReply {
    const { world } = this;
    const due = world.steps.filter((step) => isOpen(step) && step.dueAt !== null && step.dueAt <= world.at);
    const first = due.reduce<ModelStep | null>((a, b) => (a === null || b.dueAt! < a.dueAt! ? b : a), null);
    if (first === null) return this.remind();
    first.error = { code: 'sla-exceeded', message: null };
    end(world, first, 'breached');
    emit(world, 'step.breached', first.stepId, { reason: 'sla-exceeded' });
    return { kind: 'applied' };
  }

  private remind(): ExpectedReply {
    const { world } = this;
    const due = world.steps.filter((step) => isOpen(step) && step.remindAt !== null && step.remindAt <= world.at);
    const first = due.reduce<ModelStep | null>((a, b) => (a === null || b.remindAt! < a.remindAt! ? b : a), null);
    if (first === null || first.node.type !== 'human') return { kind: 'ignored-late' };
    const { remindEveryMs, maxReminders } = first.node.config;
    first.reminders += 1;
    emit(world, 'step.reminder', first.stepId, { reviewerIds: undecided(first), n: first.reminders });
    const most = remindEveryMs === undefined ? 1 : (maxReminders ?? 10);
    // What came due meanwhile is left out: the next one is still to come.
    let next = first.remindAt!;
    while (next <= world.at) next += remindEveryMs ?? Number.POSITIVE_INFINITY;
    first.remindAt = first.reminders < most ? next : null;
    return { kind: 'applied' };
  }

  private cancelAll(reason: string | null): ExpectedReply {
    const { world } = this;
    if (isTerminal(world)) return { kind: 'cancel', cancelled: false };
    cancelOpen(world, 'system:execution-cancelled', reason ?? 'execution-cancelled', () => true);
    world.queue.length = 0;
    world.status = 'cancelled';
    world.cancelledAt = world.at;
    emit(world, 'execution.cancelled', null, reason === null ? null : { reason });
    return { kind: 'cancel', cancelled: true };
  }
}

const isAtWork = (step: ModelStep): boolean => step.node.type !== 'human' && step.status === 'running';
const REPORTS: readonly Input['kind'][] = [
  'agent-succeeded',
  'agent-failed',
  'webhook-answered',
  'webhook-failed',
  'notification-sent',
  'notification-failed',
];
