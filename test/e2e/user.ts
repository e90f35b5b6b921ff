// A user of the API: JSON over HTTP with the development credentials, and an eye on readiness.
import { until } from './processes';

const HEADERS = {
  'content-type': 'application/json',
  'x-velt-api-key': 'dev-api-key',
  'x-velt-auth-token': 'dev-auth-token',
};

export interface User {
  /** The result; throws the error's message. */
  call(path: string, data: object): Promise<any>;
  answer(path: string, data: object): Promise<{ http: number; body: any }>;
  readyz(): Promise<{ http: number; missing: string[] } | null>;
  ready(): Promise<void>;
  /** The step of this node once it waits. */
  waiting(executionId: string, nodeId: string): Promise<any>;
  /** The execution once it has ended. */
  ended(executionId: string): Promise<any>;
}

export function user(apiUrl: string): User {
  async function answer(path: string, data: object) {
    const response = await fetch(`${apiUrl}/v2/workflow/${path}`, {
      method: 'POST',
      headers: HEADERS,
      body: JSON.stringify({ data }),
    });
    return { http: response.status, body: (await response.json()) as any };
  }
  async function call(path: string, data: object) {
    const { body } = await answer(path, data);
    if (body.error) throw new Error(`${path}: ${body.error.status}: ${body.error.message}`);
    return body.result;
  }
  async function readyz() {
    const response = await fetch(`${apiUrl}/readyz`).catch(() => null);
    if (!response) return null;
    const { missing } = (await response.json()) as { missing: string[] };
    return { http: response.status, missing };
  }
  async function viewWhen(executionId: string, isSo: (view: any) => boolean): Promise<any> {
    let view: any;
    await until(async () => {
      view = await call('executions/get', { executionId });
      return isSo(view);
    });
    return view;
  }
  const waitingStep = (view: any, nodeId: string) =>
    view.steps.find((step: any) => step.nodeId === nodeId && step.status === 'waiting');

  return {
    call,
    answer,
    readyz,
    ready: () => until(async () => (await readyz())?.http === 200),
    waiting: async (executionId, nodeId) =>
      waitingStep(await viewWhen(executionId, (view) => waitingStep(view, nodeId) !== undefined), nodeId),
    ended: (executionId) => viewWhen(executionId, (view) => !['pending', 'running'].includes(view.status)),
  };
}

/** One reviewer, then an agent. */
export const REVIEW_THEN_PUBLISH = {
  definitionId: 'review-then-publish',
  name: 'Review, then publish',
  nodes: [
    { nodeId: 'review', type: 'human', config: { reviewers: [{ userId: 'ada', mandatory: true }] } },
    { nodeId: 'publish', type: 'agent', config: { agentId: 'publish-agent-v1' } },
  ],
  edges: [{ from: 'review', to: 'publish' }],
};

export const ONE_AGENT = {
  definitionId: 'one-agent',
  name: 'One agent',
  nodes: [{ nodeId: 'draft', type: 'agent', config: { agentId: 'copy-agent-v1' } }],
  edges: [],
};
