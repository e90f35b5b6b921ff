import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { versionRecords } from '../../../src/dispatch/version-records';
import { definitionWorkflowId } from '../../../src/workflows/contract/ids';
import { UPDATE } from '../../../src/workflows/contract/messages';
import { type ApiHarness, startApiHarness } from '../harness';
import { minimal, newId, waitsFor } from './sample';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.close());

const get = (definitionId: string, version?: number) => api.call('definitions/get', { definitionId, version });
const update = (data: object) => api.call('definitions/update', data);
const created = async (data: object = minimal()) => (await api.call('definitions/create', data)).result;

describe('definitions/update', () => {
  test('200: the whole definition is replaced, seen at once, and the prior version stays readable', async () => {
    const first = await created(minimal({ description: 'old', tags: ['a'] }));
    const { definitionId } = first;
    const { http, result } = await update(minimal({ definitionId, name: 'Second', ifVersion: 1 }));
    expect(http).toBe(200);
    expect(result).toMatchObject({ version: 2, name: 'Second', description: null, tags: null, status: 'active' });
    expect(result.createdAt).toBe(first.createdAt);
    expect(result.updatedAt).toBeGreaterThan(first.updatedAt);
    expect((await get(definitionId)).result).toEqual(result);
    expect((await get(definitionId, 2)).result).toEqual(result);
    expect((await get(definitionId, 1)).result).toEqual(first);
  });

  test('200: what was read can be changed and written back, read-only fields and all', async () => {
    const first = await created(
      minimal({ scope: { level: 'document', organizationId: 'o', documentId: 'd' }, custom: { k: 1 } }),
    );
    const { http, result } = await update({ ...first, name: 'Renamed', ifVersion: first.version });
    expect(http).toBe(200);
    expect(result).toEqual({ ...first, name: 'Renamed', version: 2, updatedAt: result.updatedAt });
  });

  test('413: what was read and is too large for a body is told to come back without compiled, and is taken then', async () => {
    const members = Array.from({ length: 99 }, (_, i) => `member-${i}-with-a-long-name`);
    const agent = (nodeId: string) => ({ nodeId, type: 'agent', config: { agentId: '__mock__' } });
    const first = await created(
      minimal({
        nodes: ['root', ...members].map(agent),
        edges: Array.from({ length: 55 }, () => ({ from: 'root', to: { kind: 'group', groupId: 'all' } })),
        groups: [{ groupId: 'all', memberNodeIds: members, expectedSteps: 99, quorum: 99 }],
      }),
    );
    const { http, error } = await update({ ...first, ifVersion: 1 });
    expect([http, error.message]).toEqual([
      413,
      'The body may have at most 1048576 bytes. A definition that was read can be written back without `compiled`, which is ignored.',
    ]);
    const { compiled, ...rest } = first;
    const { result } = await update({ ...rest, ifVersion: 1 });
    expect([result.version, result.compiled]).toEqual([2, compiled]);
  });

  test('200: five updates in a row, each of which keeps all before it', async () => {
    const { definitionId } = await created(minimal({ name: 'v1' }));
    for (let ifVersion = 1; ifVersion < 6; ifVersion++) {
      expect((await update(minimal({ definitionId, name: `v${ifVersion + 1}`, ifVersion }))).http).toBe(200);
    }
    for (let version = 1; version <= 6; version++) {
      expect((await get(definitionId, version)).result).toMatchObject({ version, name: `v${version}` });
    }
  });

  test('200: rolling back is an update with the content of an old version', async () => {
    const first = await created();
    const { definitionId } = first;
    await update(minimal({ definitionId, name: 'Mistake', ifVersion: 1 }));
    const { result } = await update({ ...(await get(definitionId, 1)).result, ifVersion: 2 });
    expect(result).toMatchObject({ version: 3, name: first.name });
  });

  test('executions in flight stay on their version; new ones start on the next', async () => {
    const { definitionId } = await created({ ...waitsFor('ada'), definitionId: newId() });
    const before = await api.waiting(definitionId, ['review']);
    await update({ ...waitsFor('bob'), definitionId, ifVersion: 1 });
    const after = (await api.call('executions/dispatch', { definitionId })).result;
    const versions = await Promise.all(
      [before, after].map(async ({ executionId }) => (await api.call('executions/get', { executionId })).result),
    );
    expect(versions.map((view) => view.definitionVersion)).toEqual([1, 2]);
    const older = (await api.call('executions/dispatch', { definitionId, version: 1 })).result;
    expect((await api.call('executions/get', { executionId: older.executionId })).result.definitionVersion).toBe(1);
  });

  test('400: a version conflict says what was expected and what is current', async () => {
    const { definitionId } = await created();
    for (const ifVersion of [1, 2, 3, 4]) await update(minimal({ definitionId, ifVersion }));
    const { http, error } = await update(minimal({ definitionId, ifVersion: 4 }));
    expect(http).toBe(400);
    expect(error).toEqual({ status: 'FAILED_PRECONDITION', message: 'Version conflict: expected 4, current 5' });
    expect((await update(minimal({ definitionId, ifVersion: 9 }))).error.message).toBe(
      'Version conflict: expected 9, current 5',
    );
  });

  test('400: what the linter refuses changes nothing', async () => {
    const first = await created();
    const { definitionId } = first;
    const edges = [{ from: 'a', to: 'nowhere' }];
    const { http, error } = await update(minimal({ definitionId, edges, ifVersion: 1 }));
    expect(http).toBe(400);
    expect(error.message).toContain('Definition linter failed: [{"code":"dangling-edge"');
    expect((await get(definitionId)).result).toEqual(first);
  });

  test.each([
    ['no ifVersion', {}],
    ['an ifVersion that is no number from 1', { ifVersion: '1' }],
    ['an unknown field', { ifVersion: 1, nonsense: true }],
    ['an organization level without its id', { ifVersion: 1, scope: { level: 'organization' } }],
  ])('400: %s', async (_what, change) => {
    const { definitionId } = await created();
    const { http, error } = await update(minimal({ definitionId, ...change }));
    expect([http, error.status]).toEqual([400, 'INVALID_ARGUMENT']);
  });

  test('400: a deleted definition is not updated', async () => {
    const { definitionId } = await created();
    await api.call('definitions/delete', { definitionId });
    const { http, error } = await update(minimal({ definitionId, ifVersion: 1 }));
    expect([http, error.status]).toEqual([400, 'FAILED_PRECONDITION']);
  });

  test('404: an unknown definition, and that of another workspace', async () => {
    expect((await update(minimal({ ifVersion: 1 }))).http).toBe(404);
    const { definitionId } = await created();
    const foreign = await api.call('definitions/update', minimal({ definitionId, ifVersion: 1 }), { workspace: 'two' });
    expect([foreign.http, foreign.error.status]).toEqual([404, 'NOT_FOUND']);
  });

  test('a record that was written by somebody who died before the head took it changes nothing', async () => {
    const first = await created();
    const { definitionId } = first;
    const { workspace, generation } = await headOf(definitionId);
    const { nodes, edges, groups, scope } = first;
    const draft = {
      definitionId,
      name: 'Lost',
      description: null,
      scope,
      nodes,
      edges,
      groups,
      tags: null,
      custom: null,
    };
    const key = { generation, version: 2, token: 'of-the-dead' };
    await versionRecords(api.client, api.config.taskQueue).write(workspace, key, {
      draft,
      conditions: [],
      receiver: null,
      triggers: [],
      version: 2,
    });
    expect((await get(definitionId)).result).toEqual(first);
    expect((await get(definitionId, 2)).http).toBe(404);
    const { result } = await update(minimal({ definitionId, name: 'Second', ifVersion: 1 }));
    expect(result).toMatchObject({ version: 2, name: 'Second' });
    expect((await get(definitionId, 2)).result).toEqual(result);
    expect((await api.call('definitions/listVersions', { definitionId })).result.items).toHaveLength(2);
  });

  test('the head refuses what is no change, and stays usable', async () => {
    const first = await created();
    const { definitionId } = first;
    const { searchAttributes, workflowId } = await headOf(definitionId);
    const handle = api.client.workflow.getHandle(workflowId);
    for (const nonsense of [undefined, null, 'x', {}, { kind: 'constructor' }, { kind: 'publish', generation: 'x' }]) {
      await expect(handle.executeUpdate(UPDATE.changeDefinition, { args: [nonsense] })).rejects.toMatchObject({
        cause: { type: 'malformed' },
      });
    }
    expect(searchAttributes.DefinitionId).toEqual([definitionId]);
    expect((await update(minimal({ definitionId, ifVersion: 1 }))).http).toBe(200);
  });

  test('503: without a worker an update is refused within five seconds, while reads and dispatches go on', async () => {
    const alone = await startApiHarness({ worker: false });
    try {
      const definitionId = await alone.define(minimal());
      const { http, error } = await alone.call('definitions/update', minimal({ definitionId, ifVersion: 1 }));
      expect([http, error.status]).toEqual([503, 'UNAVAILABLE']);
      expect((await alone.call('definitions/get', { definitionId })).http).toBe(200);
      expect((await alone.call('executions/dispatch', { definitionId, idempotencyKey: randomUUID() })).http).toBe(200);
    } finally {
      await alone.close();
    }
  });
});

/** The head as Temporal describes it; its workspace is the harness's own. */
async function headOf(definitionId: string) {
  const list = api.client.workflow.list({ query: `DefinitionId = '${definitionId}' AND WorkflowType = 'definition'` });
  for (;;) {
    for await (const { searchAttributes } of list) {
      const [workspace] = searchAttributes.Workspace as string[];
      const workflowId = definitionWorkflowId(String(workspace), definitionId);
      const { memo } = await api.client.workflow.getHandle(workflowId).describe();
      return { searchAttributes, workflowId, workspace: String(workspace), generation: String(memo?.generation) };
    }
  }
}
