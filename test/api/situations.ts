// For every operation: data that it serves, and data of each refusal that depends on what is there.
import { randomUUID } from 'node:crypto';
import { minimal, newId, waitsFor } from './definitions/sample';
import type { ApiHarness } from './harness';

/** Makes what an operation is about, and returns the `data` to call it with. */
export type Situation = () => Promise<object>;
type Situations = Readonly<Record<string, Situation>>;

/** For the harness: executions/redeliver needs a receiver, at which nobody has to be. */
export const RECEIVER_ALLOWED = { OUTBOUND_ALLOW: '127.0.0.1:59998' };

/** A blocking agent, which waits until its one response is resolved. */
export const BLOCKING = {
  name: 'Blocking',
  nodes: [
    {
      nodeId: 'checks',
      type: 'agent',
      config: { agentId: '__mock__', blocking: true, resolutionPolicy: { kind: 'allResolved' } },
    },
  ],
};

export function situations(api: ApiHarness) {
  const waitsForAda = () => api.define(waitsFor('ada'));
  /** What is only run or read is the same one each time. */
  const kept = {
    waitsForAda: once(waitsForAda),
    blocking: once(() => api.define(BLOCKING)),
    open: once(openStep),
  };

  async function openStep(): Promise<{ executionId: string; stepId: string }> {
    const { executionId, steps } = await api.waiting(await kept.waitsForAda(), ['review']);
    return { executionId, stepId: steps[0]! };
  }
  async function closedStep(): Promise<{ executionId: string; stepId: string }> {
    const step = await openStep();
    await api.call('executions/cancel', { executionId: step.executionId });
    return step;
  }
  async function blocked() {
    const { executionId, steps } = await api.waiting(await kept.blocking(), ['checks']);
    const { result } = await api.call('executions/get', { executionId });
    const [{ responseId }] = result.steps[0].output.responses;
    return { executionId, stepId: steps[0]!, responseId, resolution: 'resolved', actorId: 'ada' };
  }
  /** Nobody listens there. */
  function withReceiver() {
    return kept.waitsForAda().then((definitionId) =>
      api.waiting(definitionId, ['review'], {
        webhookUrl: 'http://127.0.0.1:59998/hook',
        webhookSecret: '0123456789abcdef',
      }),
    );
  }
  async function deleted(): Promise<string> {
    const definitionId = await waitsForAda();
    await api.call('definitions/delete', { definitionId });
    return definitionId;
  }
  const decision = { reviewerId: 'ada', decision: 'approve' };
  const reassignment = { fromReviewerId: 'ada', toReviewerId: 'bob', actorId: 'ada' };
  const override = { action: 'force-approve', actorId: 'ada' };

  const served: Situations = {
    'definitions/create': async () => minimal(),
    'definitions/get': async () => ({ definitionId: await kept.waitsForAda() }),
    'definitions/list': async () => ({}),
    'definitions/update': async () => ({ ...waitsFor('bob'), definitionId: await waitsForAda(), ifVersion: 1 }),
    'definitions/delete': async () => ({ definitionId: await waitsForAda() }),
    'definitions/listVersions': async () => ({ definitionId: await kept.waitsForAda() }),
    'definitions/lint': async () => minimal(),
    'executions/dispatch': async () => ({ definitionId: await kept.waitsForAda() }),
    'executions/get': async () => ({ executionId: (await kept.open()).executionId }),
    'executions/list': async () => ({}),
    'executions/getEvents': async () => ({ executionId: (await kept.open()).executionId }),
    'executions/cancel': async () => ({ executionId: (await openStep()).executionId }),
    'executions/listDeliveries': async () => ({ executionId: (await kept.open()).executionId }),
    'executions/redeliver': async () => ({ executionId: (await withReceiver()).executionId, status: 'dead' }),
    'steps/recordReviewerDecision': async () => ({ ...(await openStep()), ...decision }),
    'steps/recordAgentResolution': blocked,
    'steps/resolve': async () => ({ ...(await openStep()), ...override }),
    'steps/cancel': async () => ({ ...(await openStep()), actorId: 'ada' }),
    'steps/reassign': async () => ({ ...(await openStep()), ...reassignment }),
    'reviews/list': async () => ({ reviewerId: 'ada' }),
  };

  const failedPrecondition: Situations = {
    'definitions/update': async () => ({ ...(await served['definitions/update']!()), ifVersion: 2 }),
    'definitions/delete': async () => ({ definitionId: await deleted() }),
    'definitions/listVersions': async () => ({ definitionId: await deleted() }),
    'executions/dispatch': async () => ({ definitionId: await deleted() }),
    'executions/redeliver': async () => ({ executionId: (await kept.open()).executionId, status: 'dead' }),
    'steps/recordReviewerDecision': async () => {
      const { executionId, stepId } = await blocked();
      return { executionId, stepId, ...decision };
    },
    'steps/recordAgentResolution': async () => ({ ...(await blocked()), ...(await openStep()) }),
    'steps/resolve': async () => ({ ...(await closedStep()), ...override }),
    'steps/cancel': async () => ({ ...(await closedStep()), actorId: 'ada' }),
    'steps/reassign': async () => ({ ...(await closedStep()), ...reassignment }),
  };

  const alreadyExists: Situations = {
    'definitions/create': async () => minimal({ definitionId: await waitsForAda() }),
    'executions/dispatch': async () => {
      const idempotencyKey = randomUUID();
      await api.call('executions/dispatch', { definitionId: await waitsForAda(), idempotencyKey });
      return { definitionId: await waitsForAda(), idempotencyKey };
    },
  };

  /** Like `served`, with the definition, the execution or the step unknown. */
  const notFound: Situations = Object.fromEntries(
    Object.entries(served).map(([operation, situation]) => [
      operation,
      async () => {
        const data = await situation();
        if ('stepId' in data) return { ...data, stepId: 'step_unknown' };
        return { ...data, ...('executionId' in data ? { executionId: 'exec_unknown' } : { definitionId: newId() }) };
      },
    ]),
  );

  return {
    served,
    refused: {
      NOT_FOUND: notFound,
      ALREADY_EXISTS: alreadyExists,
      FAILED_PRECONDITION: failedPrecondition,
    },
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => {
    made ??= make();
    return made;
  };
}
