import { afterAll, expect, jest, test } from '@jest/globals';
import { type Hook, startReceiver } from '../support/receiver';
import { startMailServer } from '../support/smtp';
import { endAll, killTree, newPlace, startNode, until } from './processes';
import { user } from './user';

jest.setTimeout(180_000);
const closing: (() => Promise<void>)[] = [];
afterAll(async () => {
  await endAll();
  for (const close of closing) await close();
});

const TELL = {
  nodeId: 'tell',
  type: 'notification',
  config: { channel: 'email', recipients: ['ann@acme.com'], bodyTemplate: 'Done: {{execution.executionId}}' },
};

test('a kill -9 of everything while steps wait for others: callbacks count, calls are made again with the same bytes', async () => {
  const receiver = await startReceiver();
  const mail = await startMailServer();
  closing.push(receiver.close, mail.close);
  const place = await newPlace();
  const env = {
    ...place.env,
    OUTBOUND_ALLOW: receiver.host,
    PUBLIC_URL: place.apiUrl,
    SMTP_URL: mail.url,
    MAIL_FROM: 'Countersign <approvals@acme.com>',
  };
  const someone = user(place.apiUrl);
  const start = async () => {
    const started = startNode('dist/main.js', env);
    await started.printed(/Countersign is ready/);
    return started;
  };
  const first = await start();
  const dispatched = async (definitionId: string, config: object): Promise<string> => {
    const hook = { nodeId: 'hook', type: 'webhook', config: { url: receiver.url, authMode: 'none', ...config } };
    const edges = [{ from: 'hook', to: 'tell' }];
    await someone.call('definitions/create', { definitionId, name: definitionId, nodes: [hook, TELL], edges });
    return (await someone.call('executions/dispatch', { definitionId })).executionId;
  };
  const callsOf = (executionId: string) =>
    receiver.hooks.filter(({ headers }) => String(headers['idempotency-key']).startsWith(`${executionId}:`));
  const called = (executionId: string, times: number): Promise<void> =>
    until(() => callsOf(executionId).length >= times);

  receiver.react(({ event }) => (event.callback ? 202 : 'silence'));
  const waits = await dispatched('waits-for-a-callback', { mode: 'async' });
  const hangs = await dispatched('hangs', {});
  const { stepId } = await someone.waiting(waits, 'hook');
  await called(hangs, 1);
  await killTree(first, place);

  receiver.react(() => 200);
  await start();
  const [call] = callsOf(waits) as [Hook];
  const { url, token, tokenHeader } = call.event.callback;
  const callBack = () =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [tokenHeader]: token },
      body: JSON.stringify({ status: 'completed', output: { score: 7 } }),
    });
  expect((await callBack()).status).toBe(200);
  expect((await callBack()).status).toBe(409);
  const calledBack = await someone.ended(waits);
  expect(calledBack).toMatchObject({ status: 'completed', steps: [{ stepId, output: { score: 7 } }, {}] });
  expect(callsOf(waits)).toHaveLength(1);

  await called(hangs, 2);
  expect((await someone.ended(hangs)).status).toBe('completed');
  const [before, after] = callsOf(hangs) as [Hook, Hook];
  expect(after.body).toBe(before.body);
  expect(after.headers['idempotency-key']).toBe(before.headers['idempotency-key']);
  for (const executionId of [waits, hangs]) {
    await mail.received(({ raw }) => raw.includes(`Done: ${executionId}`));
  }
});
