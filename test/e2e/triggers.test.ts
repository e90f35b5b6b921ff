import { createHmac } from 'node:crypto';
import { afterAll, expect, jest, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { scheduleId } from '../../src/workflows/contract/ids';
import { endAll, killTree, newPlace, startNode, until } from './processes';
import { user } from './user';

jest.setTimeout(180_000);
afterAll(endAll);

const SECRET = 'a-secret-of-some-length';
const TRIGGERED = {
  definitionId: 'triggered',
  name: 'Triggered',
  nodes: [{ nodeId: 'review', type: 'human', config: { reviewerIds: ['ada'] } }],
  triggers: [
    { triggerId: 'yearly', schedule: { cron: '0 3 1 1 *', timezone: 'UTC', enabled: true } },
    {
      triggerId: 'push',
      inboundWebhook: { authMode: 'hmac', provider: 'github', secret: SECRET, idempotencyHeader: 'x-github-delivery' },
    },
  ],
};

test('a kill -9 of everything: schedules are there afterwards, what had fired starts once, and an event stays one event', async () => {
  const place = await newPlace();
  const someone = user(place.apiUrl);
  const start = async () => {
    const started = startNode('dist/main.js', place.env);
    await started.printed(/Countersign is ready/);
    return started;
  };
  /** The schedule, on a connection of its own: the server is another one after the kill. */
  const schedule = async <T>(act: (handle: ReturnType<Client['schedule']['getHandle']>) => Promise<T>): Promise<T> => {
    const connection = await Connection.connect({ address: place.temporalAddress });
    try {
      return await act(new Client({ connection }).schedule.getHandle(scheduleId('dev', 'triggered', 'yearly')));
    } finally {
      await connection.close();
    }
  };
  const backfill = (year: number) => {
    const at = Date.UTC(year, 0, 1, 3);
    return schedule((handle) => handle.backfill({ start: new Date(at - 1_000), end: new Date(at + 1_000) }));
  };
  const push = async (delivery: string) => {
    const body = '{"ref":"refs/heads/main"}';
    const response = await fetch(
      `${place.apiUrl}/v2/workflow/webhook-inbound/trigger?definitionId=triggered&triggerId=push&apiKey=dev-api-key`,
      {
        method: 'POST',
        headers: {
          'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
          'x-github-delivery': delivery,
        },
        body,
      },
    );
    return (await response.json()) as { code: string; executionId: string; deduplicated: boolean };
  };
  const executions = async (): Promise<string[]> => {
    const { items } = await someone.call('executions/list', { definitionId: 'triggered' });
    return items.map(({ executionId }: { executionId: string }) => executionId);
  };

  const first = await start();
  await someone.call('definitions/create', TRIGGERED);
  await until(async () => (await schedule((handle) => handle.describe()).catch(() => null)) !== null);
  const pushed = await push('d-1');
  expect(pushed).toMatchObject({ code: 'accepted', deduplicated: false });
  await backfill(2021);
  await killTree(first, place);

  await start();
  // What had fired is started, and is not started again.
  await until(async () => (await executions()).length === 2);
  await backfill(2021);
  await backfill(2022);
  expect(await push('d-1')).toEqual({ ...pushed, deduplicated: true });
  await until(async () => (await executions()).length >= 3);
  expect(new Set(await executions()).size).toBe(3);
});
