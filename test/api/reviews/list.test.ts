import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually';
import { type ApiHarness, startApiHarness } from '../harness';
import { allPages } from '../pages';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.close());

const person = () => `u_${randomUUID()}`;
const human = (nodeId: string, reviewers: object[], rest: object = {}) => ({
  nodeId,
  type: 'human',
  config: { reviewers, ...rest },
});
const inboxOf = (reviewerId: string, data: object = {}) => api.call('reviews/list', { reviewerId, ...data });
const inboxOnce = (reviewerId: string, isThere: (items: any[]) => boolean) =>
  eventually(
    async () => (await inboxOf(reviewerId)).result.items,
    (items) => isThere(items),
  );
const decide = (executionId: string, stepId: string, reviewerId: string) =>
  api.call('steps/recordReviewerDecision', { executionId, stepId, reviewerId, decision: 'approve' });

describe('reviews/list', () => {
  test('200: a step that waits, with what a reviewer needs to know', async () => {
    const [ada, bob] = [person(), person()];
    const definitionId = await api.define({
      name: 'Inbox',
      nodes: [
        {
          ...human(
            'review',
            [
              { userId: ada, mandatory: true },
              { userId: bob, mandatory: false },
            ],
            { commentBody: 'Please check the claims.' },
          ),
          name: 'Legal review',
          slaMs: 3_600_000,
        },
      ],
    });
    const { executionId, steps } = await api.waiting(definitionId, ['review'], { correlationId: 'corr_inbox' });
    const [item] = await inboxOnce(ada, (items) => items.length === 1);
    expect(item).toEqual({
      executionId,
      stepId: steps[0],
      nodeId: 'review',
      name: 'Legal review',
      definitionId,
      definitionVersion: 1,
      correlationId: 'corr_inbox',
      commentBody: 'Please check the claims.',
      mandatory: true,
      waitingSince: expect.any(Number),
      dueAt: item.waitingSince + 3_600_000,
    });
    expect((await inboxOf(bob)).result.items).toEqual([{ ...item, mandatory: false }]);
    expect((await api.call('reviews/list', { reviewerId: ada }, { workspace: 'two' })).result.items).toEqual([]);
  });

  test('200: what was decided is gone at once, for the one who decided', async () => {
    const [ada, bob] = [person(), person()];
    const definitionId = await api.define({
      name: 'Two',
      nodes: [
        human(
          'review',
          [ada, bob].map((userId) => ({ userId, mandatory: true })),
        ),
      ],
    });
    const { executionId, steps } = await api.waiting(definitionId, ['review']);
    await inboxOnce(ada, (items) => items.length === 1);
    await decide(executionId, steps[0]!, ada);
    expect((await inboxOf(ada)).result.items).toEqual([]);
    expect((await inboxOf(bob)).result.items).toHaveLength(1);
    await decide(executionId, steps[0]!, bob);
    expect((await inboxOf(bob)).result.items).toEqual([]);
  });

  test('200: a step that has so many reviewers that they do not fit the search is found all the same', async () => {
    const ada = person();
    const crowd = Array.from({ length: 30 }, () => `${'x'.repeat(80)}${person()}`);
    const definitionId = await api.define({
      name: 'Crowd',
      nodes: [
        human(
          'review',
          [ada, ...crowd].map((userId) => ({ userId, mandatory: true })),
        ),
      ],
    });
    const { executionId } = await api.waiting(definitionId, ['review']);
    const [item] = await inboxOnce(ada, (items) => items.length > 0);
    expect(item.executionId).toBe(executionId);
    expect((await inboxOf(crowd[29]!)).result.items).toHaveLength(1);
    expect((await inboxOf(person())).result.items).toEqual([]);
    await api.call('executions/cancel', { executionId });
  });

  test.each([
    ["an apostrophe: o'brien", "o'brien"],
    ["apostrophes at its ends: 'ada'", "'ada'"],
    ["an apostrophe at its end: ada'", "ada'"],
    ['double quotes', '"ada"'],
    ['a backslash at the end', 'ada\\'],
    ['spaces and punctuation', 'ada lovelace, (math) + [x] * ?'],
    ['an address', 'ada+review@example.com'],
    ['other scripts', 'Ада-审批-🙂'],
    ['upper case', 'ADA'],
    ['no letter at all', '-- "!" --'],
    ['only a picture', '🙂'],
    ['a star, which stands for everybody', '*'],
  ])('200: a reviewer whose id has %s is found by it', async (_what, userId) => {
    const definitionId = await api.define({ name: 'Odd', nodes: [human('review', [{ userId, mandatory: true }])] });
    const { executionId } = await api.waiting(definitionId, ['review']);
    const items = await inboxOnce(userId, (found: any[]) =>
      found.some((item: any) => item.executionId === executionId),
    );
    expect(items.every((item: any) => item.nodeId === 'review')).toBe(true);
    await api.call('executions/cancel', { executionId });
  });

  test('200: pages hold every step once, also of an execution that has more than a page of them', async () => {
    const ada = person();
    const nodes = Array.from({ length: 5 }, (_, n) => human(`r${n}`, [{ userId: ada, mandatory: true }]));
    const definitionId = await api.define({ name: 'Many', nodes });
    const nodeIds = nodes.map(({ nodeId }) => nodeId);
    const all = [
      await api.waiting(definitionId, nodeIds),
      await api.waiting(definitionId, nodeIds),
      await api.waiting(definitionId, nodeIds),
    ];
    await inboxOnce(ada, (items) => items.length === 15);
    const wanted = all.flatMap(({ steps }) => steps).sort();
    for (const pageSize of [1, 2, 4, 5, 7, 15, 50]) {
      const { items, sizes } = await allPages(api, 'reviews/list', { reviewerId: ada, pageSize });
      expect(items.map((item) => item.stepId).sort()).toEqual(wanted);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(pageSize);
    }
  });

  test('200: going through the pages while deciding misses nothing', async () => {
    const ada = person();
    const definitionId = await api.define({
      name: 'One',
      nodes: [human('review', [{ userId: ada, mandatory: true }])],
    });
    const all = await Promise.all(Array.from({ length: 6 }, () => api.waiting(definitionId, ['review'])));
    await inboxOnce(ada, (items) => items.length === 6);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const { result } = await inboxOf(ada, { pageSize: 2, cursor });
      for (const { executionId, stepId } of result.items) {
        seen.push(executionId);
        await decide(executionId, stepId, ada);
      }
      cursor = result.nextCursor;
    } while (cursor !== null);
    expect(seen.sort()).toEqual(all.map(({ executionId }) => executionId).sort());
  });

  test.each([
    ['no reviewer', {}],
    ['an empty reviewer', { reviewerId: '' }],
    ['a reviewer whose id is too long', { reviewerId: 'x'.repeat(129) }],
    ['a cursor of nothing', { reviewerId: 'ada', cursor: 'bm90aGluZw' }],
  ])('400: %s', async (_what, data) => {
    const { http, error } = await api.call('reviews/list', data);
    expect([http, error.status]).toEqual([400, 'INVALID_ARGUMENT']);
  });

  test('200: an empty inbox needs no worker', async () => {
    const alone = await startApiHarness({ worker: false });
    try {
      expect((await alone.call('reviews/list', { reviewerId: 'ada' })).result).toEqual({ items: [], nextCursor: null });
    } finally {
      await alone.close();
    }
  });
});
