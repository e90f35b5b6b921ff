import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually';
import { type ApiHarness, startApiHarness } from '../harness';
import { minimal, waitsFor } from './sample';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.close());

const created = async (data: object = minimal()) => (await api.call('definitions/create', data)).result;
const get = (definitionId: string, version?: number) => api.call('definitions/get', { definitionId, version });
const remove = (definitionId: string, purge?: boolean) => api.call('definitions/delete', { definitionId, purge });
const refusal = async (answer: ReturnType<typeof get>) => (await answer).error?.status ?? 'none';

describe('definitions/delete', () => {
  test('200: a tombstone: no current version, but every version by its number', async () => {
    const first = await created();
    const { definitionId } = first;
    const second = (await api.call('definitions/update', minimal({ definitionId, name: 'Second', ifVersion: 1 })))
      .result;
    const { http, result } = await remove(definitionId);
    expect([http, result]).toEqual([200, { deleted: true, purged: false, definitionId }]);
    expect(await refusal(get(definitionId))).toBe('NOT_FOUND');
    expect((await get(definitionId, 1)).result).toEqual({ ...first, status: 'tombstoned' });
    expect((await get(definitionId, 2)).result).toEqual({ ...second, status: 'tombstoned' });
    expect(await refusal(get(definitionId, 3))).toBe('NOT_FOUND');
  });

  test('400: every other operation on a tombstone is refused as a failed precondition', async () => {
    const { definitionId } = await created();
    await remove(definitionId);
    for (const [path, data] of [
      ['definitions/delete', {}],
      ['definitions/listVersions', {}],
      ['executions/dispatch', {}],
      ['executions/dispatch', { version: 1 }],
      ['definitions/update', minimal({ definitionId, ifVersion: 1 })],
    ] as const) {
      const { http, error } = await api.call(path, { ...data, definitionId });
      expect([path, http, error.status]).toEqual([path, 400, 'FAILED_PRECONDITION']);
    }
  });

  test('200: a definition that is created anew begins at version 1 and hides the old versions', async () => {
    const { definitionId } = await created();
    for (const ifVersion of [1, 2]) await api.call('definitions/update', minimal({ definitionId, ifVersion }));
    await remove(definitionId);
    const anew = await created(minimal({ definitionId, name: 'Anew' }));
    expect(anew).toMatchObject({ version: 1, name: 'Anew', status: 'active' });
    expect(anew.createdAt).toBe(anew.updatedAt);
    expect((await get(definitionId)).result).toEqual(anew);
    expect((await get(definitionId, 1)).result).toEqual(anew);
    expect(await refusal(get(definitionId, 2))).toBe('NOT_FOUND');
    expect((await api.call('definitions/listVersions', { definitionId })).result.items).toHaveLength(1);
    expect((await api.call('definitions/update', minimal({ definitionId, ifVersion: 1 }))).result.version).toBe(2);
  });

  test('of eight racing creates over a tombstone exactly one wins', async () => {
    const { definitionId } = await created();
    await remove(definitionId);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        api.call('definitions/create', minimal({ definitionId, name: `Racer ${n}` })),
      ),
    );
    const winners = answers.filter((answer) => answer.http === 200);
    expect(winners).toHaveLength(1);
    for (const { error } of answers.filter((answer) => answer.http !== 200))
      expect(error.status).toBe('ALREADY_EXISTS');
    expect((await get(definitionId)).result).toEqual(winners[0]!.result);
  });

  test('200: a purge leaves nothing, and the id is free at once', async () => {
    const { definitionId } = await created();
    await api.call('definitions/update', minimal({ definitionId, ifVersion: 1 }));
    expect((await remove(definitionId, true)).result).toEqual({ deleted: true, purged: true, definitionId });
    for (const version of [undefined, 1, 2]) expect(await refusal(get(definitionId, version))).toBe('NOT_FOUND');
    for (const path of ['definitions/delete', 'definitions/listVersions', 'executions/dispatch']) {
      expect(await refusal(api.call(path, { definitionId }))).toBe('NOT_FOUND');
    }
    expect(await refusal(remove(definitionId, true))).toBe('NOT_FOUND');
    expect((await created(minimal({ definitionId }))).version).toBe(1);
    expect((await get(definitionId, 1)).http).toBe(200);
  });

  test('200: a tombstone can be purged', async () => {
    const { definitionId } = await created();
    await remove(definitionId);
    expect((await remove(definitionId, true)).result.purged).toBe(true);
    expect(await refusal(get(definitionId, 1))).toBe('NOT_FOUND');
    expect(await refusal(remove(definitionId))).toBe('NOT_FOUND');
  });

  test('400: while executions are in flight, and 200 when they have ended', async () => {
    const definitionId = await api.define(waitsFor('ada'));
    const { executionId } = await api.waiting(definitionId, ['review']);
    const listed = () => api.call('executions/list', { definitionId, status: 'running' });
    await eventually(listed, ({ result }) => result.items.length === 1);
    for (const purge of [false, true]) {
      const { http, error } = await remove(definitionId, purge);
      expect([http, error.status]).toEqual([400, 'FAILED_PRECONDITION']);
    }
    expect((await get(definitionId)).http).toBe(200);
    await api.call('executions/cancel', { executionId });
    await eventually(listed, ({ result }) => result.items.length === 0);
    expect((await remove(definitionId)).http).toBe(200);
    expect((await api.call('executions/get', { executionId })).result.status).toBe('cancelled');
  });

  test('a replayed dispatch wins over the deletion of its definition', async () => {
    const { definitionId } = await created();
    const idempotencyKey = randomUUID();
    const { executionId } = (await api.call('executions/dispatch', { definitionId, idempotencyKey })).result;
    const listed = () => api.call('executions/list', { definitionId, status: 'completed' });
    await eventually(listed, ({ result }) => result.items.length === 1);
    await remove(definitionId, true);
    expect((await api.call('executions/dispatch', { definitionId, idempotencyKey })).result).toMatchObject({
      executionId,
      deduplicated: true,
    });
  });

  test('404: an unknown definition, that of another workspace, and an id that would name a record', async () => {
    const { definitionId } = await created();
    expect((await api.call('definitions/delete', { definitionId }, { workspace: 'two' })).http).toBe(404);
    for (const unknown of ['nothing-here', `${definitionId}/x/v1.y`, '']) {
      expect((await remove(unknown)).http).toBe(404);
    }
    expect((await get(definitionId)).http).toBe(200);
  });

  test.each([
    ['no id', {}],
    ['a purge that is no boolean', { definitionId: 'abc', purge: 'yes' }],
    ['an unknown field', { definitionId: 'abc', force: true }],
  ])('400: %s', async (_what, data) => {
    const { http, error } = await api.call('definitions/delete', data);
    expect([http, error.status]).toEqual([400, 'INVALID_ARGUMENT']);
  });
});
