import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually';
import { documentAt } from './document-check';
import { type Answer, type ApiHarness, startApiHarness } from './harness';
import { RECEIVER_ALLOWED, situations } from './situations';

let api: ApiHarness;
let schemas: Map<string, { properties: Record<string, any>; required?: string[] }>;
let served: ReturnType<typeof situations>['served'];
beforeAll(async () => {
  api = await startApiHarness({ env: RECEIVER_ALLOWED });
  served = situations(api).served;
  const { paths } = await documentAt(api.url);
  schemas = new Map(
    Object.entries(paths).flatMap(([path, { post }]): [string, any][] => {
      const { schema } = post.requestBody.content['application/json'] as any;
      // The inbound webhook and the callback have no envelope, and words and tests of their own.
      if (post.security !== undefined) return [];
      return [[path.replace('/v2/workflow/', ''), schema.properties.data]];
    }),
  );
});
afterAll(() => api.close());

const brief = ({ http, error }: Answer) => ({ http, status: error?.status });
const operationsWith = (field: string) => [...schemas].filter(([, { properties }]) => field in properties);

test('an explicit null on any optional field means that it is absent', async () => {
  for (const [operation, { properties, required = [] }] of schemas) {
    const data = await served[operation]!();
    const optional = Object.keys(properties).filter((field) => !required.includes(field) && !(field in data));
    const nulls = Object.fromEntries(optional.map((field) => [field, null]));
    const { http, error } = await api.call(operation, { ...data, ...nulls });
    expect({ operation, http, error }).toEqual({ operation, http: 200, error: undefined });
  }
});

test('a null on a required field, and an unknown field, are refused by name', async () => {
  for (const [operation, { required = [] }] of schemas) {
    const data = { ...(await served[operation]!()), ...Object.fromEntries(required.map((field) => [field, null])) };
    const { http, error } = await api.call(operation, { ...data, surprise: 1 });
    expect({ operation, http, status: error.status }).toEqual({ operation, http: 400, status: 'INVALID_ARGUMENT' });
    const issues = error.details.issues.map((issue: any) => `${issue.path.join('.')} ${issue.message}`).join('\n');
    for (const field of required) expect(issues).toContain(`data.${field} `);
    expect(issues).toContain('"surprise"');
  }
});

test('a malformed executionId is NOT_FOUND, in every operation that has one', async () => {
  const named = operationsWith('executionId');
  expect(named.length).toBeGreaterThanOrEqual(7);
  for (const [operation] of named) {
    const data = await served[operation]!();
    for (const executionId of ['', 'nonsense', 'exec_', 'exec_a/b', `exec_${'x'.repeat(201)}`, 'exec_a\n', '../x']) {
      const answer = await api.call(operation, { ...data, executionId });
      expect({ operation, executionId, ...brief(answer) }).toEqual({
        operation,
        executionId,
        http: 404,
        status: 'NOT_FOUND',
      });
    }
  }
});

test("another workspace's definition or execution is NOT_FOUND, in the words for one that never existed", async () => {
  for (const field of ['executionId', 'definitionId']) {
    for (const [operation] of operationsWith(field)) {
      if (['definitions/create', 'definitions/lint', 'executions/list'].includes(operation)) continue;
      const data: any = await served[operation]!();
      const foreign = await api.call(operation, data, { workspace: 'two' });
      expect({ operation, ...brief(foreign) }).toEqual({ operation, http: 404, status: 'NOT_FOUND' });
      const unknown = data[field].replace(/.$/, (last: string) => (last === 'x' ? 'y' : 'x'));
      const never = await api.call(operation, { ...data, [field]: unknown }, { workspace: 'two' });
      expect(foreign.error.message.replaceAll(data[field], 'ID')).toBe(never.error.message.replaceAll(unknown, 'ID'));
    }
  }
});

test('a cursor of another workspace, of another list, or one that was changed, is INVALID_ARGUMENT', async () => {
  for (const workspace of ['one', 'two'] as const) {
    for (let n = 0; n < 2; n++) {
      const definition = { name: 'Listed', nodes: [{ nodeId: 'a', type: 'agent', config: { agentId: '__mock__' } }] };
      await api.call('definitions/create', { ...definition, definitionId: `listed-${n}` }, { workspace });
    }
  }
  const first = async () => (await api.call('definitions/list', { pageSize: 1 })).result.nextCursor;
  const cursor = await eventually(first, (it) => it !== null);
  const changed = `${cursor.slice(0, -6)}${cursor.at(-6) === 'A' ? 'B' : 'A'}${cursor.slice(-5)}`;
  for (const [operation] of operationsWith('cursor')) {
    const data = await served[operation]!();
    const attempts: [string, 'one' | 'two'][] = [
      [cursor, 'two'],
      [changed, 'one'],
      ['nonsense', 'one'],
    ];
    if (operation !== 'definitions/list') attempts.push([cursor, 'one']);
    for (const [given, workspace] of attempts) {
      const answer = await api.call(operation, { ...data, cursor: given }, { workspace });
      expect({ operation, ...brief(answer) }).toEqual({ operation, http: 400, status: 'INVALID_ARGUMENT' });
    }
  }
});
