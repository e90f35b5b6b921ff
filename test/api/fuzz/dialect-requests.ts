// Valid requests of every operation of the two dialects, and some without the credentials that they need.
import type { ApiHarness } from '../harness';
import { CREDENTIALS } from '../harness';
import type { Foreign } from './foreign';
import type { FuzzRequest } from './mutate';

const JSON_TYPE = { 'content-type': 'application/json' };
const KEY = CREDENTIALS.one['x-velt-api-key'];
const TOKEN = CREDENTIALS.one['x-velt-auth-token'];
/** Of few executions: a list of a hundred takes seconds, and that is no hang. */
const CORRELATION_ID = 'corr-of-few';

interface Ids {
  readonly definitionId: string;
  /** Open, and ended. */
  readonly ids: readonly string[];
  readonly foreign: Foreign;
}

export async function dialectRequests(api: ApiHarness, foreign: Foreign): Promise<FuzzRequest[]> {
  const definitionId = await api.define({
    name: 'Of the dialects',
    nodes: [{ nodeId: 'review', type: 'human', config: { reviewerIds: ['ada'] } }],
  });
  const start = async () => {
    const headers = { 'x-authorization': TOKEN };
    const path = `/api/workflow/${definitionId}?correlationId=${CORRELATION_ID}`;
    return (await fetch(`${api.url}${path}`, { method: 'POST', headers })).text();
  };
  const [open, ended] = [await start(), await start()];
  await fetch(`${api.url}/api/workflow/${ended}`, { method: 'DELETE', headers: { 'x-authorization': TOKEN } });
  const ids: Ids = { definitionId, ids: [open, ended], foreign };
  return [...conductorRequests(ids), ...flowkerRequests(ids)];
}

function conductorRequests({ definitionId, ids, foreign }: Ids): FuzzRequest[] {
  const headers = { 'x-authorization': TOKEN };
  const once = { 'x-idempotency-key': 'fuzz-1', 'x-on-conflict': 'RETURN_EXISTING' };
  const input = { asset: 'a-1', nested: { list: [1, null, 'x'] } };
  const query = '?version=1&correlationId=corr-1&priority=7';
  const post = (path: string, body: object, more = {}): FuzzRequest => ({
    method: 'POST',
    path,
    headers: { ...JSON_TYPE, ...headers, ...more },
    body: JSON.stringify(body),
  });
  const get = (path: string): FuzzRequest => ({ method: 'GET', path, headers });
  const whole = { name: definitionId, version: 1, correlationId: 'corr-2', input, priority: 3 };
  const requests = [
    post(`/api/workflow/${definitionId}${query}`, input),
    post(`/api/workflow/${definitionId}`, input, once),
    post(`/api/workflow/start/${definitionId}/1?correlationId=corr-1`, input),
    post('/api/workflow', { ...whole, idempotencyKey: 'fuzz-2', idempotencyStrategy: 'FAIL_ON_RUNNING' }),
    post('/api/workflow', { ...whole, name: foreign.definitionId }),
    post('/api/token', { keyId: KEY, keySecret: TOKEN }),
    get(`/api/workflow/running/${definitionId}?version=1&startTime=0&endTime=9999999999999`),
    get(`/api/workflow/${definitionId}/correlated/${CORRELATION_ID}?includeClosed=true&includeTasks=true`),
    get(`/api/workflow/running/${foreign.definitionId}`),
    ...[...ids, foreign.executionId].flatMap((id) => [
      get(`/api/workflow/${id}?includeTasks=true`),
      get(`/api/workflow/${id}/status?includeOutput=true&includeVariables=true`),
    ]),
    { method: 'DELETE', path: `/api/workflow/${foreign.executionId}?reason=fuzz`, headers },
    { method: 'DELETE', path: `/api/workflow/${ids[1]}?reason=fuzz`, headers },
  ];
  const forged = { ...JSON_TYPE, 'x-authorization': `${TOKEN}x` };
  return [
    ...requests,
    { ...post('/api/token', { keyId: KEY, keySecret: `${TOKEN}x` }), isForged: true },
    { ...post(`/api/workflow/${definitionId}`, input), headers: forged, isForged: true },
    { ...get(`/api/workflow/${ids[0]}`), headers: forged, isForged: true },
  ];
}

function flowkerRequests({ definitionId, ids, foreign }: Ids): FuzzRequest[] {
  const headers = { 'x-api-key': KEY };
  const execute = (workflowId: string): FuzzRequest => ({
    method: 'POST',
    path: `/v1/workflows/${workflowId}/executions`,
    headers: { ...JSON_TYPE, ...headers, 'idempotency-key': 'fuzz-3' },
    body: JSON.stringify({ inputData: { amount: 1500, currency: 'BRL', customer: { id: 'c-1', tags: ['a'] } } }),
  });
  const get = (path: string): FuzzRequest => ({ method: 'GET', path, headers });
  const forged = { ...JSON_TYPE, 'x-api-key': `${KEY}x`, 'idempotency-key': 'fuzz-4' };
  return [
    execute(definitionId),
    execute(foreign.definitionId),
    get(`/v1/executions?workflowId=${definitionId}&status=running&limit=5`),
    get(`/v1/executions?workflowId=${foreign.definitionId}`),
    ...[...ids, foreign.executionId].flatMap((id) => [
      get(`/v1/executions/${id}`),
      get(`/v1/executions/${id}/results`),
    ]),
    { ...execute(definitionId), headers: forged, isForged: true },
    { ...get(`/v1/executions/${ids[0]}`), headers: forged, isForged: true },
  ];
}
