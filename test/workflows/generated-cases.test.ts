// 100 generated cases on a real Temporal server: the same events, in the same order, as the reference model expects.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AuthoredNode, PinnedDefinition } from '../../src/definition/definition';
import { lintDefinition } from '../../src/definition/lint/lint';
import { RULES } from '../../src/engine/advance';
import { isExternal } from '../../src/engine/event';
import type { Input } from '../../src/engine/input';
import { planOf } from '../engine/scene';
import type { Tapes } from '../model/case';
import { compareReply, differ, hold, isSame } from '../model/compare';
import { definitionFrom } from '../model/definitions';
import { Dice } from '../model/dice';
import { nextInput } from '../model/inputs';
import { Model } from '../model/model';
import { NODES_MAX } from '../model/sketch';
import { tapes } from '../model/tapes';
import { isTerminal, stepById } from '../model/world';
import { type Harness, type Started, startHarness } from './harness';
import { bringAbout, externalEvents, HeldAgents, HeldReceivers, viewAt } from './live-case';

const CASES = 100;
const AT_ONCE = 5;
const INPUTS_MAX = 15;
const SEED = 20_261;
const TRIGGER = { region: 'eu', asset: { url: 'acme.com/a' } };

const agents = new HeldAgents();
const receivers = new HeldReceivers();
const agentIds = Array.from({ length: NODES_MAX + 1 }, (_, index) => `agent-n${index}`);

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({
    agents: Object.fromEntries(agentIds.map((id) => [id, agents.agent])),
    wrap: (activities) => ({ ...activities, callWebhook: receivers.call }),
  });
});
afterAll(() => harness.close());

test('100 generated cases give the same event lists on Temporal', async () => {
  const cases = fc
    .sample(tapes, { numRuns: CASES * 4, seed: SEED })
    .filter(isAccepted)
    .slice(0, CASES);
  expect(cases).toHaveLength(CASES);
  const left = [...cases];
  const worker = async () => {
    for (let next = left.shift(); next; next = left.shift()) await playLive(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}, 300_000);

/** Without deadlines and reminders: time on a server is its own. */
function shapeOf({ definition }: Tapes) {
  const { nodes, edges, groups } = definitionFrom(definition).authored;
  return { nodes: nodes.map(timeless), edges, groups };
}

function timeless({ slaMs, ...node }: AuthoredNode) {
  if (node.type !== 'human' || node.config === null) return node;
  const { remindAfterMs, remindEveryMs, maxReminders, reminderRecipients, ...config } = node.config;
  return { ...node, config };
}

function isAccepted(tape: Tapes): boolean {
  const { authored } = definitionFrom(tape.definition);
  // What a message comes to is not in the hands of a case.
  if (authored.nodes.some((node) => node.type === 'notification')) return false;
  return lintDefinition(authored).errors.length === 0;
}

async function playLive(tape: Tapes): Promise<void> {
  const shape = shapeOf(tape);
  const execution = await harness.start(shape, { triggerContext: TRIGGER, quickAgents: [] });
  const { definition } = planOf(shape);
  const model = newModel(definition, execution);
  const dice = new Dice(tape.inputs);
  const live = new Live(model, execution);
  await execution.viewWhen(() => true);
  await live.follow();
  for (let count = 0; count < INPUTS_MAX && !isTerminal(model.world); count++) {
    const input = nextInput(dice, model.world, live.now);
    if (canBeBroughtAbout(model, input)) await live.feed(input);
  }
  if (!isTerminal(model.world)) await live.feed({ kind: 'cancel-requested', at: live.now + 1, reason: null });
  await live.compareEvents();
}

function newModel(definition: PinnedDefinition, { key }: Started): Model {
  const model = new Model(definition, {
    ...{ executionId: `exec_${key}`, workspace: 'test', correlationId: 'corr_test', idempotencyKey: key },
    ...{ triggerContext: TRIGGER, stepsMax: 1_000, rules: RULES },
  });
  model.feed({ kind: 'dispatched', at: 1_000, nonce: 'abcdefgh' });
  return model;
}

/** Agents and receivers report only on steps that run, and nothing that takes long to send. */
function canBeBroughtAbout({ world }: Model, input: Input): boolean {
  if (input.kind === 'dispatched' || input.kind === 'deadline-reached') return false;
  if (input.kind === 'notification-sent' || input.kind === 'notification-failed') return false;
  if (input.kind === 'agent-succeeded' || input.kind === 'agent-failed') {
    const step = stepById(world, input.stepId);
    if (step?.status !== 'running' || step.node.type !== 'agent') return false;
  }
  if (input.kind === 'webhook-answered' || input.kind === 'webhook-failed') {
    const step = stepById(world, input.stepId);
    if (step?.status !== 'running' || step.node.type !== 'webhook') return false;
  }
  return JSON.stringify(input).length < 10_000;
}

/** The model and the execution side by side; their steps have the same places and other ids. */
class Live {
  now = 1_000;
  private ids = new Map<string, string>();

  constructor(
    private readonly model: Model,
    private readonly execution: Started,
  ) {}

  async feed(proposed: Input): Promise<void> {
    const { model, execution } = this;
    const isFailure = proposed.kind === 'agent-failed';
    const input = isFailure ? { ...proposed, error: { ...proposed.error, code: 'agent-failed' } } : proposed;
    this.now = input.at;
    const there = 'stepId' in input ? { ...input, stepId: this.ids.get(input.stepId) ?? input.stepId } : input;
    const expected = model.feed(input);
    const reply = await bringAbout(execution, { agents, receivers }, there);
    if (reply !== null) compareReply(expected.reply, reply);
    await this.follow();
  }

  /** Waits for what the model expects to have happened, and learns the ids of new steps. */
  async follow(): Promise<void> {
    const { world } = this.model;
    const view = await viewAt(this.execution, world.events.length);
    hold(view.steps.length === world.steps.length, 'as many steps', [view.steps.length, world.steps.length]);
    this.ids = new Map(world.steps.map((step, index) => [step.stepId, view.steps[index]!.stepId]));
  }

  async compareEvents(): Promise<void> {
    const { world } = this.model;
    const { events } = await externalEvents(this.execution);
    const expected = world.events.filter((event) => isExternal(event)).map((event) => this.translate(event));
    const actual = events.map(({ seq, type, stepId, data }) => ({ seq, type, stepId, data }));
    expected.forEach((event, index) => {
      if (!isSame(event, actual[index])) differ(`event ${event.seq}`, event, actual[index]);
    });
    hold(expected.length === actual.length, 'as many events', [expected.length, actual.length]);
  }

  /** What the model expects, in the execution's ids. */
  private translate({ seq, type, stepId, data }: Model['world']['events'][number]) {
    const ids = [...this.ids].sort(([a], [b]) => b.length - a.length);
    const text = ids.reduce(
      (json, [from, to]) => json.replaceAll(`${from}"`, `${to}"`),
      JSON.stringify({ stepId, data }),
    );
    const translated: { stepId: string | null; data: Record<string, unknown> | null } = JSON.parse(text);
    if (type === 'execution.dispatched') translated.data = { ...translated.data, definitionId: 'under-test' };
    return { seq, type, ...translated };
  }
}
