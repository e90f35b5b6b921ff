// Races of many: `npm run test:scale` with the numbers of issue C, and in `npm test` the same with fewer rounds.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startApi } from '../../src/api/start';
import { createLogger } from '../../src/logger';
import { minimal } from '../api/definitions/sample';
import { type ApiHarness, startApiHarness } from '../api/harness';

const ROUNDS = process.env.COUNTERSIGN_SCALE === 'full' ? 50 : 8;

let api: ApiHarness;
const logger = createLogger('silent', 'test');
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.close());

const get = (definitionId: string) => api.call('definitions/get', { definitionId });
const created = async () => (await api.call('definitions/create', minimal())).result;

describe('definitions/update', () => {
  test('of eight racing updates with one ifVersion exactly one wins, over two API processes', async () => {
    const other = await startApi({ config: { ...api.config, port: 0 }, client: api.client, logger });
    const race = async () => {
      const { definitionId } = await created();
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, index) => {
          const data = minimal({ definitionId, name: `Racer ${index}`, ifVersion: 1 });
          return api.call('definitions/update', data, { url: index % 2 === 0 ? api.url : other.url });
        }),
      );
      const winners = answers.filter((answer) => answer.http === 200);
      expect(winners).toHaveLength(1);
      for (const { error } of answers.filter((answer) => answer.http !== 200)) {
        expect(error).toEqual({ status: 'FAILED_PRECONDITION', message: 'Version conflict: expected 1, current 2' });
      }
      expect((await get(definitionId)).result).toEqual(winners[0]!.result);
    };
    try {
      for (let round = 0; round < ROUNDS / 2; round++) await Promise.all([race(), race()]);
    } finally {
      await other.close();
    }
  }, 600_000);
});
