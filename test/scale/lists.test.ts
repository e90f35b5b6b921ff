// Lists of many: `npm run test:scale` with the sizes of issue C, and in `npm test` the same with fewer.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startApi } from '../../src/api/start';
import { createLogger } from '../../src/logger';
import { createClient } from '../../src/temporal/connect';
import { minimal, newId, waitsFor } from '../api/definitions/sample';
import { type ApiHarness, startApiHarness } from '../api/harness';
import { type Calls, countCalls } from '../support/calls';
import { eventually } from '../support/eventually';

const isFull = process.env.COUNTERSIGN_SCALE === 'full';
const SIZES = isFull
  ? { executions: 5_000, definitions: 500, crowded: 400, pageSize: 100, atOnce: 16 }
  : { executions: 120, definitions: 30, crowded: 6, pageSize: 10, atOnce: 8 };
/** Human steps of each crowded execution, every one waiting for somebody else. */
const STEPS = 5;
const MINUTES = 60_000 * (isFull ? 20 : 2);

interface Page {
  readonly items: any[];
  readonly calls: Record<string, number>;
  readonly ms: number;
}

let api: ApiHarness;
let calls: Calls;
beforeAll(async () => {
  api = await startApiHarness();
  calls = countCalls(api.client);
});
afterAll(() => api.close());

describe('lists of many', () => {
  test(
    'executions page through completely, without doubles, each page for one call',
    async () => {
      const definitionId = await created({ ...waitsFor('ada'), definitionId: newId() });
      const started: string[] = [];
      // Nobody works for these: they are open all the same.
      const alone = await startApi({
        config: { ...api.config, port: 0, taskQueue: 'nobody' },
        client: api.client,
        logger,
      });
      await times(SIZES.executions, async () => {
        started.push(await dispatched(definitionId, alone.url));
      });
      await alone.close();
      await eventually(
        () => api.client.workflow.count(`WorkflowType = 'execution' AND DefinitionId = '${definitionId}'`),
        ({ count }) => count === SIZES.executions,
      );
      const pages = await walk('executions/list', { definitionId });
      expect(idsOf(pages, 'executionId')).toEqual(started.sort());
      for (const page of pages) expect(page.calls).toEqual({ listWorkflowExecutions: 1 });
      report(`${SIZES.executions} executions`, pages);
    },
    MINUTES,
  );

  test(
    'definitions page through completely, without doubles, each for one call and one read of each record',
    async () => {
      const made = new Set<string>();
      await times(SIZES.definitions, async () => {
        made.add(await created(minimal()));
      });
      const isListed = (items: any[]) => items.filter((item) => made.has(item.definitionId)).length === made.size;
      await eventually(async () => (await api.call('definitions/list', { pageSize: 500 })).result.items, isListed);

      // Another process, which has read nothing yet.
      const client = createClient(api.config.temporal);
      const counted = countCalls(client);
      const fresh = await startApi({ config: { ...api.config, port: 0 }, client, logger });
      try {
        await eventually(
          async () => counted.take(),
          (taken) => Object.keys(taken).length === 0,
        );
        const cold = await walk('definitions/list', {}, { url: fresh.url, counted });
        const ids = idsOf(cold, 'definitionId');
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.filter((id) => made.has(id))).toHaveLength(made.size);
        for (const { calls: made, items } of cold) {
          const reads = items.length === 0 ? {} : { getWorkflowExecutionHistory: items.length };
          expect(made).toEqual({ listWorkflowExecutions: 1, ...reads });
        }
        report(`${SIZES.definitions} definitions, read the first time`, cold);
        const warm = await walk('definitions/list', {}, { url: fresh.url, counted });
        for (const { calls: made } of warm) expect(made).toEqual({ listWorkflowExecutions: 1 });
        report(`${SIZES.definitions} definitions, read again`, warm);
      } finally {
        await fresh.close();
        await client.connection.close();
      }
    },
    MINUTES,
  );

  test(
    "one person's steps are found among many that wait, a page for one Visibility query",
    async () => {
      const crowd = await created({
        definitionId: newId(),
        name: 'Crowd',
        nodes: Array.from({ length: STEPS }, (_, n) => reviewBy(`step-${n}`, `u_crowd_${n}`)),
      });
      const mine = await created({
        definitionId: newId(),
        name: 'Mine',
        nodes: [reviewBy('mine', 'u_me'), reviewBy('other', 'u_crowd_0')],
      });
      const wanted: string[] = [];
      await times(SIZES.crowded, async () => {
        await dispatched(crowd);
      });
      await times(Math.ceil(SIZES.crowded / 20), async () => {
        wanted.push(await dispatched(mine));
      });
      const waiting = (reviewer: string) =>
        api.client.workflow.count(`PendingReviewers = '${reviewer}' AND DefinitionId IN ('${crowd}', '${mine}')`);
      await eventually(
        () => waiting('u_me'),
        ({ count }) => count === wanted.length,
      );
      await eventually(
        () => waiting('u_crowd_0'),
        ({ count }) => count === SIZES.crowded + wanted.length,
      );

      calls.take();
      const pages = await walk('reviews/list', { reviewerId: 'u_me' });
      expect(idsOf(pages, 'executionId')).toEqual(wanted.sort());
      for (const { calls: made, items } of pages) {
        const queries = items.length === 0 ? {} : { queryWorkflow: items.length };
        expect(made).toEqual({ listWorkflowExecutions: 1, ...queries });
      }
      report(`${wanted.length} steps of one person among ${SIZES.crowded * STEPS} others`, pages);
    },
    MINUTES,
  );
});

const logger = createLogger('silent', 'test');
const reviewBy = (nodeId: string, userId: string) => ({
  nodeId,
  type: 'human',
  config: { reviewers: [{ userId, mandatory: true }] },
});

/** As a client does it: asks again when Temporal was too slow, with the same id or key. */
async function created(definition: { readonly definitionId: string; readonly [field: string]: unknown }) {
  for (;;) {
    const { http, error } = await api.call('definitions/create', definition);
    if (http === 200 || error.status === 'ALREADY_EXISTS') return definition.definitionId;
    if (http < 500) throw new Error(error.message);
  }
}

async function dispatched(definitionId: string, url = api.url): Promise<string> {
  const idempotencyKey = randomUUID();
  for (;;) {
    const { http, result, error } = await api.call('executions/dispatch', { definitionId, idempotencyKey }, { url });
    if (http === 200) return result.executionId;
    if (http < 500) throw new Error(error.message);
  }
}

async function times(count: number, act: () => Promise<void>): Promise<void> {
  let left = count;
  const one = async () => {
    while (left-- > 0) await act();
  };
  await Promise.all(Array.from({ length: SIZES.atOnce }, one));
}

async function walk(path: string, data: object, { url = api.url, counted = calls } = {}): Promise<Page[]> {
  const pages: Page[] = [];
  let cursor: string | null = null;
  counted.take();
  do {
    const began = performance.now();
    const { result, error } = await api.call(path, { ...data, pageSize: SIZES.pageSize, cursor }, { url });
    if (error) throw new Error(error.message);
    pages.push({ items: result.items, calls: counted.take(), ms: performance.now() - began });
    cursor = result.nextCursor;
  } while (cursor !== null);
  return pages;
}

const idsOf = (pages: readonly Page[], field: string): string[] =>
  pages.flatMap(({ items }) => items.map((item) => item[field])).sort();

/** Figures are for a person; what must hold is counted. */
function report(what: string, pages: readonly Page[]): void {
  if (!isFull) return;
  const half = Math.ceil(pages.length / 2);
  const median = (some: readonly Page[]) => some.map(({ ms }) => ms).sort((x, y) => x - y)[Math.floor(some.length / 2)];
  const shown = [pages.slice(0, half), pages.slice(half)].map((some) => `${median(some)?.toFixed(1) ?? '-'} ms`);
  process.stdout.write(
    `${what}: ${pages.length} pages of ${SIZES.pageSize}, p50 ${shown[0]}, of the later half ${shown[1]}\n`,
  );
}
