// Temporal gives a cursor with every page that is full, also where nothing lies behind it.
import { expect, test } from '@jest/globals';
import { runningWorkflows } from '../../../src/api/conductor/lists';

type Dependencies = Parameters<typeof runningWorkflows>[0];
type Handled = Parameters<ReturnType<typeof runningWorkflows>['handle']>;

test.each([
  [999, 'false'],
  [1_000, 'false'],
  [1_001, 'true'],
])(
  'of %d workflows that run the list has a thousand at most, and says %s to whether there are more',
  async (running, hasMore) => {
    const list = async (
      _workspace: string,
      _filter: object,
      { pageSize, cursor = '0' }: { pageSize: number; cursor?: string },
    ) => {
      const end = Number(cursor) + pageSize;
      const items = Array.from({ length: Math.min(end, running) - Number(cursor) }, (_, n) => ({
        executionId: `exec_${Number(cursor) + n}`,
      }));
      return { items, nextCursor: end <= running ? String(end) : null };
    };
    const answer: Record<string, unknown> = {};
    const response = {
      setHeader(name: string, value: string) {
        answer[name] = value;
        return response;
      },
      json(body: readonly string[]) {
        answer.length = body.length;
      },
    };
    const { handle } = runningWorkflows({ executionLists: { list } } as unknown as Dependencies);
    const caller = { workspace: 'dev', note: () => {} } as unknown as Handled[0];
    const request = { params: { name: 'loop' }, query: {}, url: '/' } as unknown as Handled[1];
    await handle(caller, request, response as unknown as Handled[2]);
    expect(answer).toEqual({ 'x-has-more': hasMore, length: Math.min(running, 1_000) });
  },
);

test('of a version with few that run all are listed, however many run of newer ones', async () => {
  const list = async (_workspace: string, filter: { definitionVersion?: number }) => {
    const of = (definitionVersion: number, count: number) =>
      Array.from({ length: count }, (_, n) => ({ executionId: `exec_${definitionVersion}_${n}`, definitionVersion }));
    const running = [...of(2, 1_200), ...of(1, 2)];
    const wanted = running.filter(
      (one) => (filter.definitionVersion ?? one.definitionVersion) === one.definitionVersion,
    );
    return { items: wanted, nextCursor: null };
  };
  let listed: readonly string[] = [];
  const response = {
    setHeader: () => response,
    json(body: readonly string[]) {
      listed = body;
    },
  };
  const { handle } = runningWorkflows({ executionLists: { list } } as unknown as Dependencies);
  const caller = { workspace: 'dev', note: () => {} } as unknown as Handled[0];
  const request = { params: { name: 'loop' }, query: { version: '1' }, url: '/' } as unknown as Handled[1];
  await handle(caller, request, response as unknown as Handled[2]);
  expect(listed).toEqual(['exec_1_0', 'exec_1_1']);
});
