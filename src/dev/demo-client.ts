// A client of the API as a user would write it: JSON over HTTP, with the development credentials.
import { DEVELOPMENT_CREDENTIALS } from '../config/api-keys-file';
import type { ExecutionView } from '../engine/view';

export interface DemoClient {
  createDefinition(definition: object): Promise<{ version: number }>;
  dispatch(data: object): Promise<{ executionId: string; correlationId: string; deduplicated: boolean }>;
  get(executionId: string): Promise<ExecutionView>;
  decide(data: object): Promise<{ recorded: boolean; aggregatorStatus: string; resumeScheduled: boolean }>;
}

export function demoClient(apiUrl: string): DemoClient {
  async function call<T>(path: string, data: object): Promise<T> {
    const response = await fetch(`${apiUrl}/v2/workflow/${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-velt-api-key': DEVELOPMENT_CREDENTIALS.apiKey,
        'x-velt-auth-token': DEVELOPMENT_CREDENTIALS.token,
      },
      body: JSON.stringify({ data }),
    });
    const body = (await response.json()) as { result: T; error?: { message: string } };
    if (body.error) throw new Error(`${path}: ${body.error.message}`);
    return body.result;
  }
  return {
    createDefinition: (definition) => call('definitions/create', definition),
    dispatch: (data) => call('executions/dispatch', data),
    get: (executionId) => call('executions/get', { executionId }),
    decide: (data) => call('steps/recordReviewerDecision', data),
  };
}
