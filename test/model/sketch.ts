// A definition while it is being generated: nodes, edges and groups, and which nodes may be built upon.
import type {
  AgentConfig,
  DefinitionEdge,
  DefinitionGroup,
  DefinitionNode,
  EdgeOn,
  Endpoint,
  HumanConfig,
  WebhookConfig,
} from '../../src/definition/definition';
import type { Dice } from './dice';

export const NODES_MAX = 25;
/** Who may review, and by which numbers reviewers are told apart. */
export const REVIEWERS = ['ann', 'ben', 'cem'] as const;
/** Conditions on what agents and reviewers put out; the first are the likely ones. */
const CONDITIONS = [
  'output.score >= 5',
  'step.status == "breached"',
  'step.status == "failed"',
  'output.decision == "reject"',
  'execution.input.region == "eu"',
  'output.approveCount == 1 || output.tags.includes("a")',
  'output.never == true',
  '{"op":"ne","args":[{"var":"output.decision"},"reject"]}',
  'step.iteration > 1 || isEmpty(output.previousAttempts)',
] as const;

export class Sketch {
  readonly nodes: DefinitionNode[] = [];
  readonly edges: DefinitionEdge[] = [];
  readonly groups: DefinitionGroup[] = [];
  /** Nodes that edges may leave. */
  readonly sources: string[] = [];
  /** Nodes that a further edge may enter: no bodies of loops, no targets of joins. */
  readonly targets: string[] = [];

  constructor(readonly dice: Dice) {}

  get room(): number {
    return NODES_MAX - this.nodes.length;
  }

  node(percentHuman = 50): string {
    const { dice } = this;
    const nodeId = `n${this.nodes.length}`;
    const base = { nodeId, ...(dice.chance(30) ? { slaMs: dice.between(1, 4) * 50 } : {}) };
    if (dice.roll(100) < percentHuman) this.nodes.push({ ...base, type: 'human', config: this.human() });
    else if (dice.chance(20)) {
      this.nodes.push({
        ...{ ...base, type: 'webhook', config: this.webhook(), requireNonEmptyOutput: dice.chance(20) },
      });
    } else if (dice.chance(15)) {
      const config = { channel: 'slack', slackTarget: 'C1', bodyTemplate: '{{step.stepId}}', format: 'text' } as const;
      this.nodes.push({ ...base, type: 'notification', config });
    } else this.nodes.push({ ...base, type: 'agent', config: this.agent(nodeId) });
    return nodeId;
  }

  /** A node that anything may be attached to. */
  open(percentHuman = 50): string {
    const nodeId = this.node(percentHuman);
    this.sources.push(nodeId);
    this.targets.push(nodeId);
    return nodeId;
  }

  edge(from: Endpoint, to: Endpoint, on?: EdgeOn, rest: { when?: string; loop?: { maxIterations: number } } = {}) {
    const { when = null, loop } = rest;
    const edge = { from, to, ...(on === undefined ? {} : { on }), when, ...(loop === undefined ? {} : { loop }) };
    // Authored order is the order of starting, so an edge may stand anywhere.
    if (this.dice.chance(20)) this.edges.splice(this.dice.roll(this.edges.length + 1), 0, edge);
    else this.edges.push(edge);
  }

  /** A forward edge from a node, on whatever. */
  anyEdge(from: string, to: Endpoint): void {
    const on = this.dice.weigh<EdgeOn | undefined>([
      [40, undefined],
      [15, 'always'],
      [10, 'approve'],
      [15, 'reject'],
      [20, 'custom'],
    ]);
    if (on === 'custom') this.edge(from, to, this.dice.chance(50) ? on : undefined, { when: this.condition() });
    else this.edge(from, to, on);
  }

  condition(): string {
    return this.dice.pick(CONDITIONS);
  }

  source(): string {
    return this.dice.pick(this.sources);
  }

  private human(): HumanConfig {
    const { dice } = this;
    const users = REVIEWERS.slice(
      0,
      dice.weigh([
        [6, 1],
        [3, 2],
        [1, 3],
      ] as const),
    );
    if (dice.chance(20)) return { reviewerIds: users, ...this.reminders() };
    const reviewers = users.map((userId, index) => ({ userId, mandatory: index === 0 || dice.chance(50) }));
    return { reviewers, ...this.reminders() };
  }

  /** Shorter than the schema demands, so that time need not pass for long. */
  private reminders(): Pick<HumanConfig, 'remindAfterMs' | 'remindEveryMs' | 'maxReminders' | 'reminderRecipients'> {
    const { dice } = this;
    if (!dice.chance(25)) return {};
    const [after, every] = dice.pick([
      [50, undefined],
      [undefined, 30],
      [100, 40],
    ] as const);
    return {
      ...(after === undefined ? {} : { remindAfterMs: after }),
      ...(every === undefined ? {} : { remindEveryMs: every }),
      ...(dice.chance(50) ? { maxReminders: dice.between(1, 3) } : {}),
      ...(dice.chance(50) ? { reminderRecipients: ['ann@acme.com'] } : {}),
    };
  }

  private webhook(): WebhookConfig {
    return {
      url: 'https://hooks.acme.com/step',
      mode: this.dice.pick(['sync', 'async']),
      ...{ method: 'POST', authMode: 'none', timeoutMs: 10_000, expectedStatusCodes: [] },
      ...{ bodyTemplate: 'envelope', requestHeaders: {} },
    };
  }

  private agent(nodeId: string): AgentConfig {
    const { dice } = this;
    const blocking = dice.chance(35);
    const policy = dice.chance(50)
      ? ({ kind: 'minResolved', minCount: dice.between(1, 2) } as const)
      : ({ kind: 'allResolved' } as const);
    return {
      agentId: `agent-${nodeId}`,
      blocking,
      ...(blocking ? { resolutionPolicy: policy } : {}),
      ...(dice.chance(6) ? { urlPath: dice.pick(['asset.url', 'asset.missing']) } : {}),
      agentMaxRuntimeMs: 600_000,
      requireNonEmptyOutput: dice.chance(20),
      retry: { maxAttempts: 3, initialIntervalMs: 1_000, backoffCoefficient: 2 },
    };
  }
}
