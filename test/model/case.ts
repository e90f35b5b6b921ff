// One case: a definition, what happens to it, and everything that must hold after each input.
import { indexGraph } from '../../src/definition/graph';
import { jsonBytes } from '../../src/definition/json';
import { lintDefinition } from '../../src/definition/lint/lint';
import { type Advance, advance, NEW_RUN, RULES, refusalOf } from '../../src/engine/advance';
import { canWake, nextWake } from '../../src/engine/deadline';
import type { CallerInput, Input } from '../../src/engine/input';
import type { Plan, Run } from '../../src/engine/run';
import { packRun, unpackRun } from '../../src/engine/stored';
import {
  compareEffects,
  compareEvents,
  compareOutputs,
  compareReply,
  compareStates,
  differ,
  hold,
  isSame,
} from './compare';
import { definitionFrom } from './definitions';
import { Dice } from './dice';
import { type Mood, nextInput, windDown } from './inputs';
import { type Expected, Model } from './model';
import { isOpen } from './model-step';
import type { Table } from './table';
import { isTerminal } from './world';

export interface Tapes {
  readonly definition: readonly number[];
  readonly inputs: readonly number[];
}

/** What is under test: the engine itself, or one with a bug planted. */
export interface Engine {
  readonly advance: typeof advance;
  /** Changes the plan that the engine, not the model, walks. */
  readonly plan?: (plan: Plan) => Plan;
}

const ENGINE: Engine = { advance };
const INPUTS_MAX = 40;
/** As many inputs at most end a run that nobody disturbs. */
const WIND_DOWN_MAX = 120;

/** Runs a case to its end; false when the linter refused the definition. Throws a Difference. */
export function runCase(tapes: Tapes, table: Table | null = null, engine: Engine = ENGINE): boolean {
  const { authored } = definitionFrom(tapes.definition);
  const { errors, draft, conditions } = lintDefinition(authored);
  if (draft === null || conditions === null) {
    hold(errors.length > 0, 'what is refused has an error');
    for (const error of errors) {
      hold(/^(nodes|edges|groups)/.test(error.path) && error.message.length > 0, 'a refusal has a place', error);
      table?.count(`lint ${error.code}`);
    }
    return false;
  }
  const dice = new Dice(tapes.inputs);
  const { definitionId, name, nodes, edges, groups } = draft;
  const definition = { definitionId, version: 1, name, nodes, edges, groups, conditions };
  const plan: Plan = {
    definition,
    graph: indexGraph(definition),
    facts: {
      ...{ executionId: 'exec_case', workspace: 'test', correlationId: 'corr_case', idempotencyKey: 'case' },
      triggerContext: { region: dice.pick(['eu', 'us']), asset: { url: 'acme.com/a' } },
      stepsMax: dice.chance(3) ? dice.between(1, 12) : 1_000,
      rules: RULES,
      keepsOwnWords: true,
      saysWhatEdgesAsk: true,
      refusesFatalCancels: true,
      namesMails: true,
      boundsConditions: true,
      judgesLast: true,
    },
  };
  new Play(plan, dice, table, engine).all();
  return true;
}

class Play {
  private readonly model: Model;
  private readonly plan: Plan;
  private run: Run = NEW_RUN;
  private now = 1_000;

  constructor(
    plan: Plan,
    private readonly dice: Dice,
    private readonly table: Table | null,
    private readonly engine: Engine,
  ) {
    this.plan = deepFreeze(engine.plan?.(plan) ?? plan);
    this.model = new Model(plan.definition, plan.facts);
  }

  all(): void {
    const { dice, model } = this;
    this.feed({ kind: 'dispatched', at: this.now, nonce: 'abcdefgh' });
    const lateMax = dice.between(0, 8);
    const mood = dice.pick<Mood>(['mixed', 'mixed', 'mixed', 'mixed', 'mixed', 'mixed', 'kind', 'kind', 'cancelling']);
    for (let count = 0, late = 0; count < INPUTS_MAX && late <= lateMax && !dice.isEmpty; count++) {
      if (isTerminal(model.world)) late += 1;
      const input = nextInput(dice, model.world, this.now, mood);
      this.feed(input);
      if (dice.chance(25)) this.feedAgain(input);
      if (dice.chance(8)) this.restore();
    }
    compareOutputs(model, this.plan, this.run);
    if (dice.chance(30)) this.windDown();
  }

  /** Undisturbed, it ends: each step of the way is something that can be named, and brings it on. */
  private windDown(): void {
    for (let count = 0; count < WIND_DOWN_MAX; count++) {
      const input = windDown(this.model.world, this.now);
      if (input === null) break;
      const { seq } = this.run;
      this.feed(input);
      hold(this.run.seq > seq, 'an input in favour of an open step brings it on', input);
    }
    if (windDown(this.model.world, this.now) === null) hold(isTerminal(this.model.world), 'it ends');
    compareOutputs(this.model, this.plan, this.run);
  }

  private feed(input: Input): Advance {
    const { model, table } = this;
    this.now = input.at;
    const before = deepFreeze(this.run);
    const result = this.engine.advance(this.plan, before, deepFreeze(input));
    const tally = table?.before(model, input);
    const expected = model.feed(input);
    tally?.(expected);
    compareEvents(expected.events, result.events);
    compareReply(expected.reply, result.reply);
    compareStates(model, result.run);
    compareEffects(expected, result.effects, this.plan);
    this.holdInvariants(before, input, result, expected);
    this.run = result.run;
    return result;
  }

  private holdInvariants(before: Run, input: Input, { run, events, reply }: Advance, expected: Expected): void {
    const wasTerminal = before.status !== 'pending' && before.status !== 'running';
    if (wasTerminal) hold(run === before && events.length === 0, 'terminal is terminal', input);
    if (events.length === 0) hold(run === before, 'what brings no event changes nothing', input);
    before.steps.forEach((step, index) => {
      if (step.endedSeq === null) return;
      const after = run.steps[index]!;
      hold(after.status === step.status && after.endedSeq === step.endedSeq, 'no step leaves a terminal status', input);
    });
    hold(new Set(run.steps.map((step) => step.stepId)).size === run.steps.length, 'no step starts twice');
    if (isCallers(input)) {
      const refusal = refusalOf(this.plan, before, input);
      const isApplied = ['response-recorded', 'step-ended', 'step-reassigned'].includes(expected.reply.kind);
      if (!isSame(refusal, isApplied ? null : reply))
        differ('what is refused beforehand', isApplied ? null : reply, refusal);
    }
    if (run.status === 'running') this.holdAlive(run);
  }

  /** Not stuck: something is open, and each open step waits for an agent that runs, for people, or for responses. */
  private holdAlive(run: Run): void {
    const open = this.model.world.steps.filter(isOpen);
    hold(open.length > 0, 'a run that is not terminal has an open step');
    hold(run.openSteps === open.length, 'open steps are counted', { counted: run.openSteps, open: open.length });
    const due = open.flatMap(({ dueAt, remindAt }) => [dueAt, remindAt]).filter((instant) => instant !== null);
    const next = nextWake(run)?.at ?? null;
    hold(next === null || canWake(this.plan.definition.nodes), 'what is due was foreseen by the definition', { next });
    hold(next === (due.length === 0 ? null : Math.min(...due)), 'what is due next is the first', { next, due });
  }

  /** A second time the same: nothing, unless a second is another thing (time goes on for the next that is due). */
  private feedAgain(input: Input): void {
    const { seq } = this.run;
    const { events } = this.feed(input);
    if (input.kind !== 'deadline-reached')
      hold(events.length === 0 && this.run.seq === seq, 'a double changes nothing', input);
  }

  private restore(): void {
    const restored: Run = JSON.parse(JSON.stringify(this.run));
    if (!isSame(this.run, restored)) differ('the run written as JSON and read again', this.run, restored);
    const packed = packRun(this.plan, restored);
    const bytes = jsonBytes(packed as never);
    hold(bytes <= this.run.bytes, 'a run is counted as at least what it takes when stored', {
      bytes,
      counted: this.run.bytes,
    });
    this.run = unpackRun(this.plan, JSON.parse(JSON.stringify(packed)));
    if (!isSame(restored, this.run)) differ('the run packed and unpacked', restored, this.run);
  }
}

function isCallers(input: Input): input is CallerInput {
  return [
    'reviewer-decided',
    'agent-resolved',
    'step-overridden',
    'step-cancel-requested',
    'reviewer-reassigned',
    'webhook-called-back',
  ].includes(input.kind);
}

/** What is frozen already was frozen with all below it. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  if (Array.isArray(value)) for (const part of value) deepFreeze(part);
  else if (value instanceof Map) for (const part of value.values()) deepFreeze(part);
  else for (const part of Object.values(value)) deepFreeze(part);
  return value;
}
