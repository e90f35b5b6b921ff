// A generated case on a real Temporal server: the model says what comes next, agents answer when it is their turn.
import { ApplicationFailure } from '@temporalio/common';
import { FinalAgentError, type ModuleAgent } from '../../src/activities/agents/agent';
import type { JsonObject } from '../../src/definition/json';
import type { Input, WebhookResponse } from '../../src/engine/input';
import type { CallerReply, Reply } from '../../src/engine/reply';
import type { StepError } from '../../src/engine/run';
import type { EventsPage, ViewPage } from '../../src/engine/view';
import type { WebhookTask } from '../../src/workflows/contract/activities';
import { type EventsRequest, QUERY, REFUSED, UPDATE } from '../../src/workflows/contract/messages';
import { eventually } from '../support/eventually';
import type { Started } from './harness';

interface Answers {
  readonly answer: (response: WebhookResponse) => void;
  readonly fail: (error: StepError) => void;
}

/** Receivers of webhook nodes that answer when a case says so, by step. */
export class HeldReceivers {
  private readonly held = new Map<string, PromiseWithResolvers<Answers>>();

  readonly call = ({ request: { executionId, stepId } }: WebhookTask): Promise<WebhookResponse> =>
    new Promise((resolve, reject) => {
      const fail = ({ code, message }: StepError) => reject(ApplicationFailure.nonRetryable(message, code));
      this.of(executionId, stepId).resolve({ answer: resolve, fail });
    });

  async report(executionId: string, input: Extract<Input, { kind: 'webhook-answered' | 'webhook-failed' }>) {
    const { answer, fail } = await this.of(executionId, input.stepId).promise;
    if (input.kind === 'webhook-answered') answer(input.response);
    else fail(input.error);
  }

  private of(executionId: string, stepId: string): PromiseWithResolvers<Answers> {
    const key = `${executionId} ${stepId}`;
    const known = this.held.get(key) ?? withResolvers<Answers>();
    this.held.set(key, known);
    return known;
  }
}

interface Release {
  readonly succeed: (result: JsonObject) => void;
  readonly fail: (message: string) => void;
}

/** Agents that wait until a case lets them go, by step. */
export class HeldAgents {
  private readonly held = new Map<string, PromiseWithResolvers<Release>>();

  readonly agent: ModuleAgent = ({ executionId, stepId }, { signal }) =>
    new Promise((resolve, reject) => {
      const end = new FinalAgentError('the step was stopped');
      if (signal.aborted) reject(end);
      signal.addEventListener('abort', () => reject(end));
      const fail = (message: string) => reject(new FinalAgentError(message));
      this.of(executionId, stepId).resolve({ succeed: resolve, fail });
    });

  async report(executionId: string, input: Extract<Input, { kind: 'agent-succeeded' | 'agent-failed' }>) {
    const release = await this.of(executionId, input.stepId).promise;
    if (input.kind === 'agent-succeeded') release.succeed(input.result);
    else release.fail(input.error.message);
  }

  private of(executionId: string, stepId: string): PromiseWithResolvers<Release> {
    const key = `${executionId} ${stepId}`;
    const known = this.held.get(key) ?? withResolvers<Release>();
    this.held.set(key, known);
    return known;
  }
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Brings an input about as its real cause does; the reply of what a caller asked for, else null. */
export async function bringAbout(
  execution: Started,
  { agents, receivers }: { readonly agents: HeldAgents; readonly receivers: HeldReceivers },
  input: Input,
): Promise<Reply | null> {
  switch (input.kind) {
    case 'reviewer-decided':
      return update(execution, UPDATE.recordReviewerDecision, input);
    case 'agent-resolved':
      return update(execution, UPDATE.recordAgentResolution, input);
    case 'step-overridden':
      return update(execution, UPDATE.resolveStep, input);
    case 'step-cancel-requested':
      return update(execution, UPDATE.cancelStep, input);
    case 'reviewer-reassigned':
      return update(execution, UPDATE.reassignReviewer, input);
    case 'webhook-called-back':
      return update(execution, UPDATE.callBackStep, input);
    case 'cancel-requested':
      return execution.handle.executeUpdate<Reply, [object]>(UPDATE.cancelExecution, {
        args: [{ reason: input.reason }],
      });
    case 'agent-succeeded':
    case 'agent-failed':
      await agents.report(`exec_${execution.key}`, input);
      return null;
    case 'webhook-answered':
    case 'webhook-failed':
      await receivers.report(`exec_${execution.key}`, input);
      return null;
    case 'dispatched':
    case 'deadline-reached':
    case 'notification-sent':
    case 'notification-failed':
      throw new Error(`${input.kind} is not brought about by a caller`);
  }
}

async function update(execution: Started, name: string, { kind, at, ...argument }: Input): Promise<Reply> {
  try {
    return await execution.handle.executeUpdate<CallerReply, [object]>(name, { args: [argument] });
  } catch (error) {
    const { cause } = error as { cause?: { type?: string; details?: readonly [Reply] } };
    if (cause?.type !== REFUSED || !cause.details) throw error;
    return cause.details[0];
  }
}

/** The view of an execution that has begun, once this many events have happened. */
export async function viewAt(execution: Started, seq: number): Promise<ViewPage> {
  const view = () => execution.view() as Promise<ViewPage>;
  return eventually(view, (seen) => seen.seq >= seq);
}

export function externalEvents({ handle }: Started): Promise<EventsPage> {
  return handle.query<EventsPage, [EventsRequest]>(QUERY.events, { sinceSeq: 0, pageSize: 500 });
}
