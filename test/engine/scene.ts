// A scene for engine tests: a definition in few words, and a run that is fed inputs on a clock of its own.

import { indexGraph } from '../../src/definition/graph';
import type { JsonObject } from '../../src/definition/json';
import { lintDefinition } from '../../src/definition/lint/lint';
import { definitionCreateSchema } from '../../src/definition/schema';
import { type Advance, advance, NEW_RUN, RULES } from '../../src/engine/advance';
import type { Effect, RunAgent } from '../../src/engine/effect';
import type { ExecutionEvent } from '../../src/engine/event';
import type { Input } from '../../src/engine/input';
import type { Reply } from '../../src/engine/reply';
import type { Decision, Plan, Run, Step } from '../../src/engine/run';
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
export const edge = (from: string, to: string, rest: object = {}) => ({ from, to, ...rest });

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
      ...facts,
    },
  };
}

type Timeless<T> = T extends unknown ? Omit<T, 'at'> : never;

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
    return result.reply;
  }

  step(nodeId: string): Step {
    const found = this.run.steps.filter((step) => step.nodeId === nodeId);
    if (found.length !== 1) throw new Error(`${found.length} steps of ${nodeId}`);
    return found[0]!;
  }
  status(nodeId: string): string {
    return this.step(nodeId).status;
  }
  succeed(nodeId: string, result: JsonObject = { done: true }): Reply {
    return this.feed({ kind: 'agent-succeeded', stepId: this.step(nodeId).stepId, result });
  }
  fail(nodeId: string, message = 'boom'): Reply {
    return this.feed({
      kind: 'agent-failed',
      stepId: this.step(nodeId).stepId,
      error: { code: 'agent-failed', message },
    });
  }
  decide(nodeId: string, reviewerId: string, decision: Decision = 'approve', reason: string | null = null): Reply {
    return this.feed({ kind: 'reviewer-decided', stepId: this.step(nodeId).stepId, reviewerId, decision, reason });
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
  view(): ExecutionView {
    const { next: _next, seq: _seq, ...view } = viewPage(this.plan, this.run, 0);
    return view;
  }
  private nodeOf(event: ExecutionEvent): string {
    return this.run.steps.find((step) => step.stepId === event.stepId)?.nodeId ?? '?';
  }
}

/** The seed's marketing-copy-approval, in short: draft, two reviews joined on quorum, publish. */
export const MARKETING: Shape = {
  nodes: [agent('draft'), human('legal', ['u_legal']), human('brand', ['u_brand']), agent('publish')],
  edges: [edge('draft', 'legal'), edge('draft', 'brand'), edge('legal', 'publish'), edge('brand', 'publish')],
  groups: [
    { groupId: 'review', memberNodeIds: ['legal', 'brand'], expectedSteps: 2, quorum: 2, onQuorumMet: 'joinOnQuorum' },
  ],
};
