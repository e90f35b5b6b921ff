// Races of many over two API processes: `npm run test:races` with the numbers of issue C, and fewer in `npm test`.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RunningApi, startApi } from '../../src/api/start';
import { createLogger } from '../../src/logger';
import { createClient } from '../../src/temporal/connect';
import { minimal, waitsFor } from '../api/definitions/sample';
import { type Answer, type ApiHarness, startApiHarness } from '../api/harness';
import { eventually } from '../support/eventually';

const isFull = process.env.COUNTERSIGN_SCALE === 'full';
const SIZES = isFull ? { keys: 1_000, steps: 500, definitions: 50 } : { keys: 20, steps: 10, definitions: 8 };
const MINUTES = 60_000 * (isFull ? 20 : 2);
/** So many races at a time, each of up to eight calls. */
const AT_ONCE = 3;

let api: ApiHarness;
let other: RunningApi;
const client = () => createClient(api.config.temporal);
let ownClient: ReturnType<typeof client>;
beforeAll(async () => {
  api = await startApiHarness();
  ownClient = client();
  const logger = createLogger('silent', 'test');
  other = await startApi({ config: { ...api.config, port: 0 }, client: ownClient, logger });
});
afterAll(async () => {
  await other.close();
  await ownClient.connection.close();
  await api.close();
});

describe('of identical calls that race, over two API processes', () => {
  test(
    'eight dispatches with one key start one execution, and one says that it is new',
    async () => {
      const definitionId = await api.define(waitsFor('ada'));
      const lost = await races(SIZES.keys, async () => {
        const data = { definitionId, idempotencyKey: randomUUID(), correlationId: 'race' };
        const { answers, lost } = await raced('executions/dispatch', Array(8).fill(data));
        expect(new Set(answers.map(({ result }) => result.executionId))).toEqual(
          new Set([`exec_${data.idempotencyKey}`]),
        );
        expectOne(answers.filter(({ result }) => !result.deduplicated).length, lost);
        return lost;
      });
      const query = `WorkflowType = 'execution' AND DefinitionId = '${definitionId}'`;
      await eventually(
        () => api.client.workflow.count(query),
        ({ count }) => count >= SIZES.keys,
      );
      expect((await api.client.workflow.count(query)).count).toBe(SIZES.keys);
      report(`${SIZES.keys} keys x 8 dispatches: ${SIZES.keys} executions`, lost);
    },
    MINUTES,
  );

  test(
    'four decisions and two that contradict them are one decision, and the first stands',
    async () => {
      const definitionId = await api.define(waitsFor('ada'));
      const lost = await races(SIZES.steps, async () => {
        const { executionId, steps } = await api.waiting(definitionId, ['review']);
        const decisions = ['approve', 'reject', 'approve', 'approve', 'reject', 'approve'];
        const { answers, lost } = await raced(
          'steps/recordReviewerDecision',
          decisions.map((decision) => ({ executionId, stepId: steps[0], reviewerId: 'ada', decision })),
        );
        const recorded = decisions.filter((_, index) => answers[index]!.result.recorded);
        expectOne(recorded.length, lost);
        const [step] = (await answered('executions/get', { executionId })).answer.result.steps;
        expect(step.output.responses).toHaveLength(1);
        const [{ decision }] = step.output.responses;
        expect(recorded.length === 0 ? [decision] : recorded).toEqual([decision]);
        return lost;
      });
      report(`${SIZES.steps} steps x 6 decisions: one recorded each`, lost);
    },
    MINUTES,
  );

  test(
    'of eight updates with one ifVersion exactly one wins',
    async () => {
      const lost = await races(SIZES.definitions, async () => {
        const { definitionId } = (await answered('definitions/create', minimal())).answer.result;
        const racers = Array.from({ length: 8 }, (_, n) => minimal({ definitionId, name: `Racer ${n}`, ifVersion: 1 }));
        const { answers, lost } = await raced('definitions/update', racers);
        const winners = answers.filter((answer) => answer.http === 200);
        expectOne(winners.length, lost);
        for (const { error } of answers.filter((answer) => answer.http !== 200)) {
          expect(error).toEqual({ status: 'FAILED_PRECONDITION', message: 'Version conflict: expected 1, current 2' });
        }
        const current = (await answered('definitions/get', { definitionId })).answer.result;
        expect(current).toEqual(winners[0]?.result ?? expect.objectContaining({ version: 2 }));
        return lost;
      });
      report(`${SIZES.definitions} definitions x 8 updates: one winner each`, lost);
    },
    MINUTES,
  );
});

const urlOf = (index: number): string => (index % 2 === 0 ? api.url : other.url);

/** Runs so many races, a few at a time; the sum of what each returns. */
async function races(count: number, race: () => Promise<number>): Promise<number> {
  let left = count;
  let sum = 0;
  const runner = async () => {
    while (left-- > 0) sum += await race();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runner));
  return sum;
}

async function raced(operation: string, calls: readonly object[]): Promise<{ answers: Answer[]; lost: number }> {
  const all = await Promise.all(calls.map((data, index) => answered(operation, data, urlOf(index))));
  return { answers: all.map(({ answer }) => answer), lost: all.reduce((sum, { lost }) => sum + lost, 0) };
}

/** As a client does it: asks again when Temporal was too slow. `lost` answers may have been somebody's success. */
async function answered(operation: string, data: object, url?: string): Promise<{ answer: Answer; lost: number }> {
  for (let lost = 0; ; lost++) {
    const answer = await api.call(operation, data, url === undefined ? {} : { url });
    if (answer.http < 500) return { answer, lost };
  }
}

/** Exactly one said yes; when answers were lost, that one may be among them. */
function expectOne(said: number, lost: number): void {
  if (lost === 0) expect(said).toBe(1);
  else expect(said).toBeLessThanOrEqual(1);
}

function report(what: string, lost: number): void {
  if (isFull) process.stdout.write(`${what} (${lost} answers 503 or 504, asked again)\n`);
}
