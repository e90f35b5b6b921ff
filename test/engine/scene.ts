// A scene for engine tests: a definition in few words, and a run that is fed inputs on a clock of its own.

import { deepStrictEqual } from 'node:assert';
import { indexGraph } from '../../src/definition/graph';
import type { JsonObject } from '../../src/definition/json';
import { lintDefinition } from '../../src/definition/lint/lint';
import { definitionCreateSchema } from '../../src/definition/schema';
import { type Advance, advance, NEW_RUN, RULES } from '../../src/engine/advance';
import type { Effect, RunAgent } from '../../src/engine/effect';
import type { EventType, ExecutionEvent } from '../../src/engine/event';
import type { Input } from '../../src/engine/input';
import type { Reply } from '../../src/engine/reply';
import type { Decision, OverrideAction, Plan, Resolution, Run, Step } from '../../src/engine/run';
import { type PackedRun, packRun, unpackRun } from '../../src/engine/stored';
import { type ExecutionView, viewPage } from '../../src/engine/view';

export interface Shape {
  readonly nodes: readonly object[];
  readonly edges?: readonly object[];
  readonly groups?: readonly object[];
}

export const agent = (nodeId: string, config: object = {}, rest: object = {}) => ({
  nodeId,
  type: 'agent',
  config: { agentId: `${nodeId}-agent`, ...config },
  ...rest,
});
export const human = (nodeId: string, userIds: readonly string[], rest: object = {}) => ({
  nodeId,
  type: 'human',
  config: { reviewers: userIds.map((userId) => ({ userId, mandatory: true })) },
  ...rest,
});
export const webhook = (nodeId: string, config: object = {}, rest: object = {}) => ({
  nodeId,
  type: 'webhook',
  config: { url: 'https://hooks.acme.com/step', authMode: 'none', ...config },
  ...rest,
});
/** An agent whose step waits for resolutions after it ran. */
export const blocking = (nodeId: string, minCount: number | null = null, rest: object = {}) =>
  agent(
    nodeId,
    {
      blocking: true,
      resolutionPolicy: minCount === null ? { kind: 'allResolved' } : { kind: 'minResolved', minCount },
    },
    rest,
  );
export const edge = (from: string | object, to: string | object, rest: object = {}) => ({ from, to, ...rest });
export const toGroup = (groupId: string) => ({ kind: 'group', groupId });
export const loopEdge = (from: string | object, to: string, maxIterations: number) =>
  edge(from, to, { on: 'reject', loop: { maxIterations } });

export function planOf(shape: Shape, facts: Partial<Plan['facts']> = {}): Plan {
  const authored = definitionCreateSchema.parse({
    definitionId: 'under-test',
    name: 'Under test',
    edges: [],
    ...shape,
  });
  const { errors, conditions, draft } = lintDefinition(authored);
  if (!conditions || !draft) throw new Error(JSON.stringify(errors, null, 2));
  const { definitionId, name, nodes, edges, groups } = draft;
  const definition = { definitionId, version: 1, name, nodes, edges, groups, conditions };
  return {
    definition,
    graph: indexGraph(definition),
    facts: {
      executionId: 'exec_test',
      workspace: 'dev',
      correlationId: 'corr_test',
      idempotencyKey: 'test',
      triggerContext: {},
      stepsMax: 1_000,
      rules: RULES,
      shortensReasons: true,
      keepsOwnWords: true,
      saysWhatEdgesAsk: true,
      refusesFatalCancels: true,
      namesMails: true,
      boundsConditions: true,
      judgesLast: true,
      ...facts,
    },
  };
}

type Timeless<T> = T extends unknown ? Omit<T, 'at'> : never;

/** Storing is checked after every input of every scene, but for runs so long that it would take minutes. */
const STORED_STEPS_MAX = 60;

export class Scene {
  run: Run = NEW_RUN;
  now = 1_000;
  readonly events: ExecutionEvent[] = [];
  effects: readonly Effect[] = [];

  constructor(readonly plan: Plan) {}

  static of(shape: Shape, facts: Partial<Plan['facts']> = {}): Scene {
    const scene = new Scene(planOf(shape, facts));
    scene.feed({ kind: 'dispatched', nonce: 'abcdefgh' });
    return scene;
  }

  feed(input: Timeless<Input>, at = this.now): Reply {
    this.now = at + 1;
    const result: Advance = advance(this.plan, this.run, { ...input, at } as Input);
    this.run = result.run;
    this.events.push(...result.events);
    this.effects = result.effects;
    if (this.run.steps.length <= STORED_STEPS_MAX) assertStorable(this.plan, this.run);
    return result.reply;
  }

  step(nodeId: string): Step {
    const found = this.steps(nodeId);
    if (found.length !== 1) throw new Error(`${found.length} steps of ${nodeId}`);
    return found[0]!;
  }
  /** All steps of a node, in creation order. */
  steps(nodeId: string): Step[] {
    return this.run.steps.filter((step) => step.nodeId === nodeId);
  }
  /** The newest step of a node: that of the newest iteration, in a loop. */
  newest(nodeId: string): Step {
    const found = this.steps(nodeId).at(-1);
    if (!found) throw new Error(`no step of ${nodeId}`);
    return found;
  }
  status(nodeId: string): string {
    return this.step(nodeId).status;
  }
  succeed(nodeId: string, result: JsonObject = { done: true }): Reply {
    return this.feed({ kind: 'agent-succeeded', stepId: this.newest(nodeId).stepId, result });
  }
  fail(nodeId: string, message = 'boom'): Reply {
    return this.feed({
      kind: 'agent-failed',
      stepId: this.newest(nodeId).stepId,
      error: { code: 'agent-failed', message },
    });
  }
  decide(nodeId: string, reviewerId: string, decision: Decision = 'approve', reason: string | null = null): Reply {
    return this.feed({ kind: 'reviewer-decided', stepId: this.newest(nodeId).stepId, reviewerId, decision, reason });
  }
  reject(nodeId: string, reviewerId: string, reason: string | null = null): Reply {
    return this.decide(nodeId, reviewerId, 'reject', reason);
  }
  resolve(
    nodeId: string,
    responseId: string,
    resolution: Resolution = 'resolved',
    reason: string | null = null,
  ): Reply {
    const { stepId } = this.newest(nodeId);
    return this.feed({ kind: 'agent-resolved', stepId, responseId, resolution, actorId: 'resolver', reason });
  }
  override(
    nodeId: string,
    action: OverrideAction,
    { actorId = 'boss', output = null, reason = null }: Overriding = {},
  ): Reply {
    const { stepId } = this.newest(nodeId);
    return this.feed({ kind: 'step-overridden', stepId, action, actorId, output, reason });
  }
  cancelStep(nodeId: string, reason: string | null = null): Reply {
    return this.feed({ kind: 'step-cancel-requested', stepId: this.newest(nodeId).stepId, actorId: 'boss', reason });
  }
  reassign(nodeId: string, fromReviewerId: string, toReviewerId: string, reason: string | null = null): Reply {
    const { stepId } = this.newest(nodeId);
    return this.feed({ kind: 'reviewer-reassigned', stepId, fromReviewerId, toReviewerId, actorId: 'boss', reason });
  }
  wake(at: number): Reply {
    return this.feed({ kind: 'deadline-reached' }, at);
  }
  asked(nodeId: string): RunAgent['request'] {
    const effect = this.effects.find((it): it is RunAgent => it.kind === 'run-agent' && it.nodeId === nodeId);
    if (!effect) throw new Error(`no agent was asked for ${nodeId}`);
    return effect.request;
  }
  types(): string[] {
    return this.events.map((event) => (event.stepId === null ? event.type : `${event.type} ${this.nodeOf(event)}`));
  }
  /** What the events of a type said, in order. */
  data(type: EventType): (JsonObject | null)[] {
    return this.events.filter((event) => event.type === type).map((event) => event.data);
  }
  ids(): string[] {
    return this.run.steps.map((step) => step.stepId);
  }
  output(nodeId: string): JsonObject | null {
    const { stepId } = this.newest(nodeId);
    return this.view().steps.find((step) => step.stepId === stepId)!.output;
  }
  view(): ExecutionView {
    const { next: _next, seq: _seq, ...view } = viewPage(this.plan, this.run, 0);
    return view;
  }
  private nodeOf(event: ExecutionEvent): string {
    return this.run.steps.find((step) => step.stepId === event.stepId)?.nodeId ?? '?';
  }
}

interface Overriding {
  readonly actorId?: string;
  readonly output?: JsonObject | null;
  readonly reason?: string | null;
}

/** Stored and read back it is the same run, and it took no more bytes than the run thinks it does. */
export function assertStorable(plan: Plan, run: Run): void {
  const stored = JSON.stringify(packRun(plan, run));
  const bytes = Buffer.byteLength(stored);
  if (bytes > run.bytes) throw new Error(`${bytes} bytes stored, and the run counts ${run.bytes}`);
  deepStrictEqual(unpackRun(plan, JSON.parse(stored) as PackedRun), run);
}

/** The seed's marketing-copy-approval, in short: draft, two reviews joined on quorum, publish. */
export const MARKETING: Shape = {
  nodes: [agent('draft'), human('legal', ['u_legal']), human('brand', ['u_brand']), agent('publish')],
  edges: [edge('draft', 'legal'), edge('draft', 'brand'), edge('legal', 'publish'), edge('brand', 'publish')],
  groups: [
    { groupId: 'review', memberNodeIds: ['legal', 'brand'], expectedSteps: 2, quorum: 2, onQuorumMet: 'joinOnQuorum' },
  ],
};
