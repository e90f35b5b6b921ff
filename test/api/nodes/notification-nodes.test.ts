// Notification nodes from end to end: a real SMTP server, and a server on this machine that answers as Slack does.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pauses } from '../../support/eventually';
import { type MailServer, startMailServer } from '../../support/smtp';
import { type ApiHarness, startApiHarness } from '../harness';

const BOT_TOKEN = 'xoxb-marker-token';

let mail: MailServer;
let slack: { server: Server; host: string; posts: { path: string; token: string; body: string }[] };
let harness: ApiHarness;
let unconfigured: ApiHarness;
/** What Slack answers next: an error's word, or an HTTP status; `ok` when there is nothing. */
const answers: (string | number)[] = [];

beforeAll(async () => {
  mail = await startMailServer();
  slack = await startSlack();
  harness = await startApiHarness({
    env: {
      SMTP_URL: mail.url,
      MAIL_FROM: 'Countersign <approvals@acme.com>',
      SLACK_BOT_TOKEN: BOT_TOKEN,
      SLACK_API_URL: `http://${slack.host}/api/`,
      OUTBOUND_ALLOW: slack.host,
    },
  });
  unconfigured = await startApiHarness();
});
afterAll(async () => {
  await harness.close();
  await unconfigured.close();
  await mail.close();
  slack.server.close();
  slack.server.closeAllConnections();
});

async function startSlack() {
  const posts: { path: string; token: string; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { url: path = '', headers } = request;
    posts.push({ path, token: headers.authorization ?? '', body: Buffer.concat(chunks).toString('utf8') });
    const next = answers.shift();
    if (typeof next === 'number') {
      response.writeHead(next, { 'retry-after': '1' }).end('no');
      return;
    }
    if (path.startsWith('/hook')) {
      response.writeHead(200, { 'content-type': 'text/html' }).end('ok');
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(next ? { ok: false, error: next } : { ok: true, channel: 'C1', ts: '1700.1' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, host: `127.0.0.1:${(server.address() as AddressInfo).port}`, posts };
}

async function notify(config: object, triggerContext: object = {}, on = harness) {
  const definitionId = await on.define({ name: 'Notified', nodes: [{ nodeId: 'tell', type: 'notification', config }] });
  const { result } = await on.call('executions/dispatch', { definitionId, triggerContext });
  const pause = pauses();
  for (;;) {
    const { steps } = (await on.call('executions/get', { executionId: result.executionId })).result;
    if (steps[0]?.completedAt) return steps[0];
    await pause();
  }
}
const email = (rest: object) => ({ channel: 'email', recipients: ['ann@acme.com'], bodyTemplate: 'Hello', ...rest });
const toSlack = (rest: object) => ({ channel: 'slack', slackTarget: 'C123', bodyTemplate: 'Hello', ...rest });
const headersOf = (raw: string) => raw.split('\r\n\r\n')[0] ?? '';

describe('a notification by email', () => {
  test('arrives with its templates worked off, and names who was accepted', async () => {
    const step = await notify(
      email({ subjectTemplate: 'Asset {{input.id}}', bodyTemplate: '{{input.id}}: {{execution.definitionId}}' }),
      { id: 'a-arrives' },
    );
    expect(step).toMatchObject({
      nodeType: 'notification',
      status: 'completed',
      output: { channel: 'email', accepted: ['ann@acme.com'], rejected: [] },
    });
    const { raw, from, to } = await mail.received(({ raw }) => raw.includes('Subject: Asset a-arrives'));
    expect([from, to]).toEqual(['approvals@acme.com', ['ann@acme.com']]);
    expect(raw).toContain('a-arrives: d-');
  });

  test('completes with one accepted recipient, and names the refused one', async () => {
    mail.refuse((address) => (address === 'gone@acme.com' ? 550 : null));
    const { output } = await notify(email({ recipients: ['gone@acme.com', 'ben@acme.com'] }));
    expect(output).toEqual({ channel: 'email', accepted: ['ben@acme.com'], rejected: ['gone@acme.com'] });
  });

  test('is tried again after a refusal for now, and not after one for good', async () => {
    let tries = 0;
    mail.refuse(() => (tries++ === 0 ? 451 : null));
    expect(await notify(email({}))).toMatchObject({ status: 'completed' });
    expect(tries).toBe(2);
    tries = 0;
    mail.refuse(() => {
      tries++;
      return 550;
    });
    expect((await notify(email({}))).error.code).toBe('notification-failed');
    expect(tries).toBe(1);
    mail.refuse(() => null);
  });

  test('takes no orders from values: line breaks add no header, HTML stays text', async () => {
    const evil = 'x\r\nBcc: victim@acme.com\r\n\r\n<script>alert(1)</script>';
    await notify(
      email({ subjectTemplate: 'evil {{input.evil}}', bodyTemplate: '<p>{{input.evil}}</p>', format: 'html' }),
      {
        evil,
      },
    );
    const { raw, to } = await mail.received(({ raw }) => raw.includes('Subject: evil'));
    expect(to).toEqual(['ann@acme.com']);
    expect(headersOf(raw)).not.toMatch(/^bcc:/im);
    expect(raw.slice(headersOf(raw).length)).not.toContain('<script>');
  });

  test.each([
    ['a line break in an address', { recipients: ['ann@acme.com\r\nRCPT TO:<x@y.z>'] }],
    ['no recipient', { recipients: [] }],
    ['a Slack target', { slackTarget: 'C1' }],
    ['blocks', { format: 'slack-blocks' }],
  ])('refuses %s when it is written', async (_what, rest) => {
    await expect(notify(email(rest))).rejects.toThrow(/recipients|slackTarget|slack-blocks/);
  });
});

describe('a notification to Slack', () => {
  test('goes to a channel with the bot token, and cannot be made to mention everybody', async () => {
    const step = await notify(toSlack({ bodyTemplate: 'Hi {{input.who}}' }), { who: '<!channel> & co' });
    expect(step.output).toEqual({ channel: 'slack', ts: '1700.1' });
    const { path, token, body } = slack.posts.at(-1)!;
    expect([path, token]).toEqual(['/api/chat.postMessage', `Bearer ${BOT_TOKEN}`]);
    expect(new URLSearchParams(body).get('text')).toBe('Hi &lt;!channel&gt; &amp; co');
  });

  test('carries blocks whose values stay inside their strings', async () => {
    const bodyTemplate = '[{"type":"section","text":{"type":"mrkdwn","text":"{{input.who}}"}}]';
    await notify(toSlack({ format: 'slack-blocks', bodyTemplate }), { who: '"}}, {"type":"image"' });
    const blocks = JSON.parse(new URLSearchParams(slack.posts.at(-1)!.body).get('blocks') ?? '');
    expect(blocks).toEqual([{ type: 'section', text: { type: 'mrkdwn', text: '"}}, {"type":"image"' } }]);
    const broken = await notify(toSlack({ format: 'slack-blocks', bodyTemplate: '[{' }));
    expect(broken.error.code).toBe('notification-failed');
  });

  test.each(['channel_not_found', 'invalid_auth'])('%s is final', async (word) => {
    const before = slack.posts.length;
    answers.push(word);
    expect((await notify(toSlack({}))).error).toEqual({
      code: 'notification-failed',
      message: `Slack answered ${word}.`,
    });
    expect(slack.posts.length - before).toBe(1);
  });

  test.each<[string, (string | number)[]]>([
    ['a rate limit', [429]],
    ['a broken Slack', [500]],
    ['a Slack that says so', ['internal_error']],
  ])('%s is waited out', async (_what, next) => {
    answers.push(...next);
    expect((await notify(toSlack({}))).status).toBe('completed');
  });

  test('goes to a hook through the guard: 404 is final, and a private address is refused when it is written', async () => {
    const slackTarget = `http://${slack.host}/hook/T1`;
    expect((await notify(toSlack({ slackTarget }))).output).toEqual({ channel: 'slack' });
    expect(JSON.parse(slack.posts.at(-1)!.body)).toEqual({ text: 'Hello' });
    answers.push(404);
    expect((await notify(toSlack({ slackTarget }))).error.message).toBe('The Slack hook answered 404.');
    await expect(notify(toSlack({ slackTarget: 'https://10.1.2.3/hook' }))).rejects.toThrow(/private, loopback/);
  });
});

test('without configuration nothing is sent, and the step says what is missing', async () => {
  const { error } = await notify(email({}), {}, unconfigured);
  expect(error).toEqual({
    code: 'notification-not-configured',
    message: 'No mail can be sent: SMTP_URL is not set.',
  });
  expect((await notify(toSlack({}), {}, unconfigured)).error.code).toBe('notification-not-configured');
});
