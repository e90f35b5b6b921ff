// Flows of a chain of nodes as a client of the API drives them: a read before each decision, and one at the end.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Caller, caller } from './caller';

const LOOK_MS = 20;
/** Who decides each of the chain's human steps, `review-0`, `review-1`, …. */
export const REVIEWER = 'ada';

/** A quick agent, then humans one after the other, then a quick agent: `nodes` of them, 3 at least. */
export function chain(definitionId: string, nodes: number): object {
  const human = (n: number) => ({
    nodeId: `review-${n}`,
    type: 'human',
    config: { reviewers: [{ userId: REVIEWER, mandatory: true }] },
  });
  const agent = (nodeId: string) => ({ nodeId, type: 'agent', config: { agentId: '__mock__' } });
  const all = [agent('draft'), ...Array.from({ length: nodes - 2 }, (_, n) => human(n)), agent('publish')];
  const edges = all.slice(1).map((node, n) => ({ from: all[n]?.nodeId, to: node.nodeId }));
  return { definitionId, name: `A chain of ${nodes}`, nodes: all, edges };
}

export interface ChainFlow {
  readonly dispatchMs: number;
  readonly decisionMs: readonly number[];
  readonly flowMs: number;
}

interface SeenStep {
  readonly nodeId: string;
  readonly stepId: string;
  readonly status: string;
}
export interface Seen {
  readonly status: string;
  readonly steps: readonly SeenStep[];
}

export class ChainClient {
  readonly #api: Caller;
  #keys = 0;

  /** `more`: what a dispatch carries beside definition, key and context. */
  constructor(
    apiUrl: string,
    connections: number,
    readonly more: object = {},
  ) {
    this.#api = caller(apiUrl, connections);
  }

  async define(definition: object): Promise<string> {
    return (await this.#api.call<{ definitionId: string }>('definitions/create', definition)).definitionId;
  }

  async dispatch(definitionId: string): Promise<string> {
    const idempotencyKey = `${definitionId}-${this.#keys++}`;
    const order = { definitionId, idempotencyKey, triggerContext: { asset: 'a1' }, ...this.more };
    return (await this.#api.call<{ executionId: string }>('executions/dispatch', order)).executionId;
  }

  get = (executionId: string): Promise<Seen> => this.#api.call<Seen>('executions/get', { executionId });

  /** Milliseconds that the decision takes. */
  async decide(executionId: string, stepId: string): Promise<number> {
    const at = performance.now();
    const decision = { executionId, stepId, reviewerId: REVIEWER, decision: 'approve' };
    await this.#api.call('steps/recordReviewerDecision', decision);
    return performance.now() - at;
  }

  async flow(definitionId: string, decisions: number): Promise<ChainFlow> {
    const startedAt = performance.now();
    const executionId = await this.dispatch(definitionId);
    const dispatchMs = performance.now() - startedAt;
    const decisionMs: number[] = [];
    for (let n = 0; n < decisions; n++) {
      const { stepId } = await this.#waiting(executionId, `review-${n}`);
      decisionMs.push(await this.decide(executionId, stepId));
    }
    while ((await this.get(executionId)).status !== 'completed') await sleep(LOOK_MS);
    return { dispatchMs, decisionMs, flowMs: performance.now() - startedAt };
  }

  async #waiting(executionId: string, nodeId: string): Promise<SeenStep> {
    for (;;) {
      const { steps } = await this.get(executionId);
      const step = steps.find((it) => it.nodeId === nodeId && it.status === 'waiting');
      if (step) return step;
      await sleep(LOOK_MS);
    }
  }

  close = (): Promise<void> => this.#api.close();
}
