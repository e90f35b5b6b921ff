import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ApiHarness, startApiHarness } from '../harness';
import { minimal } from './sample';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.close());

describe('definitions/listVersions', () => {
  test('200: every version with its name and time, the newest first, each update at once', async () => {
    const { definitionId, createdAt } = (await api.call('definitions/create', minimal({ name: 'One' }))).result;
    const versions = () => api.call('definitions/listVersions', { definitionId });
    expect((await versions()).result.items).toEqual([{ version: 1, name: 'One', updatedAt: createdAt }]);
    const second = (await api.call('definitions/update', minimal({ definitionId, name: 'Two', ifVersion: 1 }))).result;
    expect((await versions()).result.items).toEqual([
      { version: 2, name: 'Two', updatedAt: second.updatedAt },
      { version: 1, name: 'One', updatedAt: createdAt },
    ]);
    const third = (await api.call('definitions/update', minimal({ definitionId, name: 'Three', ifVersion: 2 }))).result;
    expect((await versions()).result.items.map((item: any) => item.updatedAt)).toEqual([
      third.updatedAt,
      second.updatedAt,
      createdAt,
    ]);
  });

  test('404: an unknown definition, and that of another workspace', async () => {
    const { definitionId } = (await api.call('definitions/create', minimal())).result;
    expect((await api.call('definitions/listVersions', { definitionId: 'nothing-here' })).http).toBe(404);
    const { http, error } = await api.call('definitions/listVersions', { definitionId }, { workspace: 'two' });
    expect([http, error.status]).toEqual([404, 'NOT_FOUND']);
  });

  test('400: a deleted definition, and what is no request', async () => {
    const { definitionId } = (await api.call('definitions/create', minimal())).result;
    await api.call('definitions/delete', { definitionId });
    expect((await api.call('definitions/listVersions', { definitionId })).error.status).toBe('FAILED_PRECONDITION');
    expect((await api.call('definitions/listVersions', {})).error.status).toBe('INVALID_ARGUMENT');
  });
});
