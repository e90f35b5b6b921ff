// One execution of the storm as all who have to do with it see it: each answer goes into its sightings.
import type { DefinitionDraft, DefinitionNode } from '../../src/definition/definition';
import type { ApiClient } from '../api-client';
import type { Call } from '../journal';
import { isOver, type SeenEvent, type SeenExecution, type SeenStep } from '../views';
import { Sightings } from './sightings';

export const isOpen = ({ status }: SeenStep): boolean => status === 'running' || status === 'waiting';

export class Watched {
  readonly sightings = new Sightings();
  /** What was read last. */
  latest: SeenExecution | null = null;

  constructor(
    readonly executionId: string,
    readonly draft: DefinitionDraft,
    private readonly client: ApiClient,
  ) {}

  get isOver(): boolean {
    return this.latest !== null && isOver(this.latest);
  }

  get steps(): readonly SeenStep[] {
    return this.latest?.steps ?? [];
  }

  nodeOf({ nodeId }: SeenStep): DefinitionNode {
    const node = this.draft.nodes.find((it) => it.nodeId === nodeId);
    if (node === undefined) throw new Error(`${this.executionId} has a step of ${nodeId}, which is no node`);
    return node;
  }

  /** An operation on this execution. */
  ask(operation: string, data: Call['data'] = {}): Promise<Call> {
    return this.client.once(operation, { executionId: this.executionId, ...data });
  }

  async read(): Promise<Call> {
    const call = await this.ask('executions/get');
    if (call.http !== 200) return call;
    this.latest = call.result as SeenExecution;
    this.sightings.sawView(this.latest, call);
    return call;
  }

  async readEvents(sinceSeq: number): Promise<Call> {
    const call = await this.ask('executions/getEvents', { sinceSeq, pageSize: 500 });
    if (call.http !== 200) return call;
    const { events, hasMore } = call.result as { readonly events: readonly SeenEvent[]; readonly hasMore: boolean };
    this.sightings.sawEvents(events, sinceSeq, hasMore, call);
    return call;
  }
}
