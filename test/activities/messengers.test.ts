// Mail servers and Slack, when what answers is not what one expects.
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createMailer } from '../../src/activities/mail';
import { createSlackChannels, postToHook } from '../../src/activities/slack';
import { createOutboundClient } from '../../src/outbound/http-client';
import { eventually } from '../support/eventually';

const open: { server: Server; sockets: Set<Socket> }[] = [];
afterEach(() => {
  for (const { server, sockets } of open.splice(0)) {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
});

async function listening(server: Server) {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  open.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
}

test('a mail server that answers line by line without an end is given up, and its connection closed', async () => {
  const { host, sockets } = await listening(
    createServer((socket) => {
      socket.write('220 tar pit\r\n');
      const timer = setInterval(() => socket.write('250-and\r\n'), 100);
      socket.on('close', () => clearInterval(timer));
    }),
  );
  const mailer = createMailer({ smtpUrl: `smtp://${host}`, from: 'approvals@acme.com' }, 1_000);
  const mail = { recipients: ['ann@acme.com'], subject: 's', body: 'b', format: 'text', messageKey: 'k' } as const;
  const message = 'The mail server was not done after 1 s.';
  expect(await mailer.send(mail)).toEqual({ kind: 'failed', message, isFinal: false });
  await eventually(
    async () => sockets.size,
    (size) => size === 0,
  );
});

test.each<[string, (socket: Socket) => void, string]>([
  ['closes the connection', (socket) => socket.destroy(), 'it closed the connection (ECONNECTION)'],
  [
    'is none',
    (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    'what listens where SMTP_URL says is no mail server (EPROTOCOL)',
  ],
])('a mail server that %s is tried again, and the step says why', async (_what, behave, why) => {
  const { host } = await listening(createServer(behave));
  const mailer = createMailer({ smtpUrl: `smtp://${host}`, from: 'approvals@acme.com' });
  const mail = { recipients: ['ann@acme.com'], subject: 's', body: 'b', format: 'text', messageKey: 'k' } as const;
  const message = `The mail server could not be used: ${why}.`;
  expect(await mailer.send(mail)).toEqual({ kind: 'failed', message, isFinal: false });
});

describe('Slack', () => {
  async function post(answer: RequestListener, timeoutMs?: number) {
    const { host } = await listening(createHttpServer(answer));
    const slack = createSlackChannels({ botToken: 'xoxb-marker', apiUrl: `http://${host}/api/` }, timeoutMs);
    return slack.post({ channel: 'C1', text: 'Hello', blocks: null });
  }
  const says =
    (text: string): RequestListener =>
    (_request, response) =>
      response.end(text);

  test.each([
    ['a page of a proxy', says('<html>Please log in</html>')],
    ['nothing', says('')],
    ['no word', says('{"ok":false}')],
    ['an object for a word', says('{"ok":false,"error":{"a":1}}')],
    [
      'what it was sent',
      ({ headers }, response) => response.end(JSON.stringify({ ok: false, error: `no: ${headers.authorization}` })),
    ],
  ] satisfies [string, RequestListener][])(
    'that answers %s is not taken at its word, and tried again',
    async (_what, answer) => {
      const message = "The answer is none of Slack's, but perhaps a proxy's.";
      expect(await post(answer)).toEqual({ kind: 'failed', message, isFinal: false });
    },
  );

  test('that sends interim answers before its own has taken the message', async () => {
    const outcome = await post((_request, response) => {
      response.writeContinue();
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      response.writeProcessing();
      response.end('{"ok":true,"ts":"1.2"}');
    });
    expect(outcome).toEqual({ kind: 'accepted', output: { channel: 'slack', ts: '1.2' } });
  });

  test.each([201, 204, 205, 302, 304, 429, 503, 600, 999])(
    'in whose place something answers %d is tried again, and the step says so',
    async (status) => {
      const outcome = await post((_request, response) => response.writeHead(status, { location: '/login' }).end());
      expect(outcome).toEqual({ kind: 'failed', message: `Slack answered HTTP ${status}.`, isFinal: false });
    },
  );

  test.each([
    [302, false, 'The Slack hook answered 302, and redirects are not followed.'],
    [304, false, 'The Slack hook answered 304, and redirects are not followed.'],
    [410, true, 'The Slack hook answered 410.'],
    [429, false, 'The Slack hook answered 429.'],
    [503, false, 'The Slack hook answered 503.'],
  ])(
    'in place of whose hook something answers %d: as in place of Slack itself, final is %j',
    async (status, isFinal, message) => {
      const paths: string[] = [];
      const { host } = await listening(
        createHttpServer(({ url }, response) => {
          paths.push(String(url));
          response.writeHead(status, { location: '/login' }).end();
        }),
      );
      const outbound = createOutboundClient({ allow: new Set([host]) });
      const outcome = await postToHook(outbound, { url: `http://${host}/hook`, text: 'Hello', blocks: null });
      expect(outcome).toMatchObject({ kind: 'failed', message, isFinal });
      expect(paths).toEqual(['/hook']);
    },
  );

  test('that is not there is tried again, and the step says so', async () => {
    const slack = createSlackChannels({ botToken: 'xoxb-marker', apiUrl: 'http://127.0.0.1:1/api/' });
    const given = { kind: 'failed', message: 'Slack could not be reached.', isFinal: false };
    expect(await slack.post({ channel: 'C1', text: 'Hello', blocks: null })).toEqual(given);
  });

  test('whose answer does not end, or is of megabytes, is given up, and the step says why', async () => {
    const trickle: RequestListener = (_request, response) => {
      const timer = setInterval(() => response.write(' '), 100);
      response.on('close', () => clearInterval(timer));
    };
    const given = { kind: 'failed', isFinal: false };
    expect(await post(trickle, 1_000)).toEqual({ ...given, message: 'Slack was not done within 1 s.' });
    const message = "The answer is none of Slack's, but perhaps a proxy's.";
    expect(await post(says(JSON.stringify({ ok: true, ts: 'x'.repeat(2_000_000) })))).toEqual({ ...given, message });
  });

  test.each([
    ['100000000', 3_600_000],
    ['-5', 0],
    ['7', 7_000],
  ])('that asks for a pause of %s s is waited for %d ms', async (seconds, retryAfterMs) => {
    const outcome = await post((_request, response) => response.writeHead(429, { 'retry-after': seconds }).end());
    expect(outcome).toMatchObject({ kind: 'failed', isFinal: false, retryAfterMs });
  });
});
