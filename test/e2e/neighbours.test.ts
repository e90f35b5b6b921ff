import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { endAll, newPlace, type Place, type Started, startNode, temporalPid } from './processes';
import { REVIEW_THEN_PUBLISH, type User, user } from './user';

jest.setTimeout(180_000);
let place: Place;
let server: Started;
let someone: User;
beforeAll(async () => {
  place = await newPlace();
  server = startNode('dist/main.js', place.env);
  await server.printed(/Countersign is ready/);
  someone = user(place.apiUrl);
});
afterAll(endAll);

describe('a server beside another', () => {
  test('with a PORT, DATA_DIR and Temporal ports of its own knows nothing of the other', async () => {
    const other = await newPlace();
    await startNode('dist/main.js', other.env).printed(/Countersign is ready/);
    const neighbour = user(other.apiUrl);
    const { definitionId } = REVIEW_THEN_PUBLISH;
    await someone.call('definitions/create', REVIEW_THEN_PUBLISH);
    expect((await neighbour.answer('definitions/get', { definitionId })).http).toBe(404);
    await neighbour.call('definitions/create', REVIEW_THEN_PUBLISH);
    const { executionId } = await someone.call('executions/dispatch', { definitionId, idempotencyKey: 'mine' });
    expect((await neighbour.answer('executions/get', { executionId })).http).toBe(404);
    await someone.waiting(executionId, 'review');
  });

  test('is refused on a data folder in use, and the first one goes on', async () => {
    const second = startNode('dist/main.js', { ...(await newPlace()).env, DATA_DIR: place.dataDir });
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain(
      `DATA_DIR ${place.dataDir} is used by a Countersign that runs (process ${server.pid})`,
    );
    expect((await someone.readyz())?.http).toBe(200);
  });

  test.each(['PORT', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT'])(
    'is refused on a taken %s with a sentence that names it, and leaves nothing behind',
    async (name) => {
      const other = await newPlace();
      const second = startNode('dist/main.js', { ...other.env, [name]: String(place.env[name]) });
      expect(await second.ended).toBe(1);
      expect(second.output()).toContain(`is used by another program; set ${name} to a free port.`);
      expect(() => temporalPid(other.dataDir)).toThrow();
    },
  );
});
