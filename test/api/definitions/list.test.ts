import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually';
import { type ApiHarness, startApiHarness } from '../harness';
import { allPages } from '../pages';
import { minimal } from './sample';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.close());

const created = async (data: object = minimal()) => (await api.call('definitions/create', data)).result;
const idsOf = (items: any[]) => items.map((item) => item.definitionId);
const listOnce = (isThere: (items: any[]) => boolean) =>
  eventually(
    async () => (await api.call('definitions/list', { pageSize: 500 })).result.items as any[],
    (items) => isThere(items),
  );

describe('definitions/list', () => {
  test('200: as get shows them, the last change first, without the deleted and the purged', async () => {
    const [a, b, c, d, e] = [await created(), await created(), await created(), await created(), await created()];
    await api.call('definitions/update', minimal({ definitionId: b.definitionId, ifVersion: 1 }));
    await api.call('definitions/delete', { definitionId: c.definitionId });
    await api.call('definitions/delete', { definitionId: d.definitionId, purge: true });
    const wanted = [b, e, a].map((it) => it.definitionId);
    const made = new Set(idsOf([a, b, c, d, e]));
    const ofThese = (found: any[]) => found.filter(({ definitionId }) => made.has(definitionId));
    const items = ofThese(await listOnce((found) => idsOf(ofThese(found)).join() === wanted.join()));
    for (const item of items) {
      expect(item).toEqual((await api.call('definitions/get', { definitionId: item.definitionId })).result);
    }
    await created(minimal({ definitionId: c.definitionId }));
    await listOnce((found) => idsOf(ofThese(found)).join() === [c.definitionId, ...wanted].join());
  });

  test('200: pages hold every definition once, newest updatedAt first, also of many that were made at once', async () => {
    const made = idsOf(await Promise.all(Array.from({ length: 22 }, () => created())));
    const all = await listOnce((items) => made.every((definitionId) => idsOf(items).includes(definitionId)));
    const { items, sizes } = await allPages(api, 'definitions/list', { pageSize: 7 });
    expect(idsOf(items)).toEqual(idsOf(all));
    expect(new Set(idsOf(items)).size).toBe(items.length);
    expect(sizes.slice(0, 3)).toEqual([7, 7, 7]);
    const times = items.map((item) => item.updatedAt);
    expect(times).toEqual([...times].sort((x, y) => y - x));
  });

  test('200: a page of large definitions ends early, and the next goes on where it ended', async () => {
    // Older ones, for the next page.
    await Promise.all(Array.from({ length: 20 }, () => created()));
    const filling = { text: 'x'.repeat(500_000) };
    const large: string[] = [];
    for (let n = 0; n < 20; n++) large.push((await created(minimal({ custom: filling }))).definitionId);
    const walk = () => allPages(api, 'definitions/list', { pageSize: 500 });
    // Those that come into the list while it is walked through may stand on two pages.
    await eventually(walk, ({ items }) => large.every((definitionId) => idsOf(items).includes(definitionId)));
    const { items, sizes } = await walk();
    expect(sizes.length).toBeGreaterThan(1);
    // Of half a megabyte each: the seventeenth passes the eight that a page may have, however many are read at once.
    expect(sizes[0]).toBe(17);
    expect(new Set(idsOf(items)).size).toBe(items.length);
    expect(large.every((definitionId) => idsOf(items).includes(definitionId))).toBe(true);
    for (const definitionId of large) await api.call('definitions/delete', { definitionId, purge: true });
  });

  test('200: nothing of another workspace', async () => {
    const { definitionId } = await created();
    await listOnce((items) => idsOf(items).includes(definitionId));
    expect((await api.call('definitions/list', {}, { workspace: 'two' })).result).toEqual({
      items: [],
      nextCursor: null,
    });
  });

  test.each([
    ['a page of nothing', { pageSize: 0 }],
    ['a page that is too large', { pageSize: 501 }],
    ['a cursor that was not made here', { cursor: 'v1:k:AAAA' }],
    ['an unknown field', { status: 'active' }],
  ])('400: %s', async (_what, data) => {
    const { http, error } = await api.call('definitions/list', data);
    expect([http, error.status]).toEqual([400, 'INVALID_ARGUMENT']);
  });
});
