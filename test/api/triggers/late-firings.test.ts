// What a schedule fires late: whether Temporal was away at its instant (docs/decisions/0123-late-firings.md).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { wasMissed } from '../../../src/dispatch/missed-instant';
import { eventually } from '../../support/eventually';
import { type ApiHarness, startApiHarness } from '../harness';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness({ worker: false });
});
afterAll(() => api.close());

test('a late firing starts an execution where Temporal was busy at its instant, and none where it was away', async () => {
  const started = Date.now();
  await api.define();
  const awayAt = Date.UTC(2001, 0, 1);
  const missed = (scheduledAt: number, lateMs: number) =>
    wasMissed(api.client, { scheduledAt, firedAt: scheduledAt + lateMs });
  // Visibility may lag behind the start that it is to show.
  await eventually(
    () => missed(started - 5_000, 30_000),
    (it) => !it,
  );
  expect(await missed(awayAt, 30_000)).toBe(true);
  expect(await missed(awayAt, 9_000)).toBe(false);
  // An operator's backfill.
  expect(await missed(awayAt, 3_600_000)).toBe(false);
  expect(await wasMissed(api.client, { scheduledAt: awayAt })).toBe(false);
});
