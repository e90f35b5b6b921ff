// The journal that a small sound chaos run leaves: its executions are walked by the engine, its answers made from its views.
import { outcomeOf } from '../../bench/chaos/definitions';
import { pinnedDefinition } from '../../bench/chaos/expected';
import type { AgentCall, Call, Delivery, Entry } from '../../bench/journal';
import { indexGraph } from '../../src/definition/graph';
import { advance, NEW_RUN, RULES } from '../../src/engine/advance';
import { announcementOf } from '../../src/engine/announcement';
import { isExternal } from '../../src/engine/event';
import { allEvents } from '../../src/engine/event-log';
import type { Input } from '../../src/engine/input';
import type { Plan, Run } from '../../src/engine/run';
import { viewPage } from '../../src/engine/view';
import { signedHeaders } from '../../src/outbound/signature';

export const SECRET = 'secret-of-the-receiver';
const START = 1_700_000_000_000;
const SETTLED = START + 100_000;

/** Two of three voted, and the third came too late; and two approvals side by side, of which one is a reject. */
export function soundRun(): Entry[] {
  const quorum = new Execution('chaos-quorum', 'sound-1');
  quorum.vote('ann', 'approve');
  quorum.vote('ben', 'reject');
  quorum.vote('cleo', 'approve');
  quorum.work();
  const late = new Execution('chaos-quorum', 'sound-2');
  late.vote('cleo', 'approve');
  late.vote('ann', 'approve');
  late.vote('ben', 'approve');
  late.work();
  const parallel = new Execution('chaos-parallel', 'sound-3');
  parallel.work();
  parallel.vote('legal', 'approve');
  parallel.vote('brand', 'reject');
  parallel.work();
  const all = [quorum, late, parallel];
  return [
    ...all.flatMap(({ entries }) => entries),
    { kind: 'settled', at: SETTLED },
    ...all.flatMap((execution) => execution.last()),
  ];
}

class Execution {
  readonly entries: Entry[] = [];
  private readonly plan: Plan;
  private run: Run = NEW_RUN;
  private at = START;

  constructor(definitionId: string, key: string) {
    const definition = pinnedDefinition(definitionId)!;
    const executionId = `exec_${key}`;
    const ids = { executionId, correlationId: `of-${key}`, idempotencyKey: key };
    const facts = { ...ids, workspace: 'dev', triggerContext: {}, stepsMax: 1_000, rules: RULES };
    this.plan = { definition, graph: indexGraph(definition), facts };
    this.feed({ kind: 'dispatched', at: this.at, nonce: 'abcdefgh' });
    for (const deduplicated of [false, true]) {
      const result = { executionId, correlationId: facts.correlationId, deduplicated };
      this.call('executions/dispatch', { definitionId, idempotencyKey: key }, result);
    }
  }

  /** A vote, its repeat, and a read after them. */
  vote(nodeId: string, decision: 'approve' | 'reject'): void {
    const { executionId } = this.plan.facts;
    const { stepId } = this.run.steps.find((step) => step.nodeId === nodeId)!;
    for (let times = 0; times < 2; times++) {
      const decided = { stepId, reviewerId: nodeId, decision };
      const reply = this.feed({ kind: 'reviewer-decided', at: this.at, reason: null, ...decided });
      const result =
        reply.kind === 'response-not-recorded'
          ? { recorded: false, rejectionReason: reply.rejectionReason }
          : { recorded: true };
      this.call('steps/recordReviewerDecision', { executionId, ...decided }, result);
    }
    this.read(0);
  }

  /** Lets the agents that are due succeed. */
  work(): void {
    const { executionId } = this.plan.facts;
    for (const { stepId, nodeId } of this.run.steps.filter((step) => step.status === 'running')) {
      const node = this.plan.definition.nodes.find((it) => it.nodeId === nodeId)!;
      const agentId = node.type === 'agent' ? node.config.agentId : '';
      const fails = outcomeOf(agentId, executionId) !== 'succeeds';
      const ran = { agentId, executionId, stepId, idempotencyKey: `${executionId}:${stepId}`, attempt: 1, fails };
      this.entries.push({ kind: 'agent', at: this.at, ...ran } satisfies AgentCall);
      this.feed({ kind: 'agent-succeeded', at: this.at, stepId, result: { done: stepId } });
    }
  }

  /** The reads after everything has settled. */
  last(): Entry[] {
    const { executionId, correlationId } = this.plan.facts;
    const { definitionId } = this.plan.definition;
    this.at = SETTLED + 1_000;
    const before = this.entries.length;
    this.read(0);
    this.read(1);
    const events = allEvents(this.run.log)
      .filter(isExternal)
      .map((event) => {
        const { eventId } = announcementOf({ executionId, definitionId, correlationId }, event);
        const { seq, type, stepId, at: timestamp, data } = event;
        return { eventId, seq, type, stepId, timestamp, correlationId, ...(data === null ? {} : { data }) };
      });
    this.call('executions/getEvents', { executionId, sinceSeq: 0 }, { events, hasMore: false });
    return this.entries.splice(before);
  }

  private read(api: number): void {
    const { executionId } = this.plan.facts;
    const { next: _, seq: __, ...view } = viewPage(this.plan, this.run, 0);
    this.call('executions/get', { executionId }, view, api);
  }

  private feed(input: Input) {
    const { run, events, reply } = advance(this.plan, this.run, input);
    this.run = run;
    const { executionId, correlationId } = this.plan.facts;
    const { definitionId } = this.plan.definition;
    for (const event of events.filter(isExternal)) {
      const announced = announcementOf({ executionId, definitionId, correlationId }, event);
      const body = JSON.stringify(announced);
      const signed = { eventId: String(announced.eventId), body, secret: SECRET, attempt: 0, at: this.at };
      const delivery = { kind: 'delivery', at: this.at, headers: signedHeaders(signed), body: base64(body) } as const;
      this.entries.push(delivery satisfies Delivery);
    }
    return reply;
  }

  private call(operation: string, data: Call['data'], result: object, api = 0): void {
    const startedAt = this.at + 1;
    this.at += 10;
    const answer = { http: 200, result: JSON.parse(JSON.stringify(result)), error: null, retryAfter: null };
    this.entries.push({ kind: 'call', startedAt, endedAt: this.at, api, operation, data, ...answer });
  }
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64');
