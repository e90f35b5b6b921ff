import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ApiHarness, startApiHarness } from '../api/harness';
import { pauses } from '../support/eventually';
import { certificateFor } from './certificates';
import {
  answer,
  type Behaviour,
  expectHonest,
  type Receiver,
  recovering,
  SECRET,
  startScriptedReceiver,
} from './receiver';

const FORBIDDEN = 'destination-forbidden: webhookUrl host resolves to a private, loopback, or link-local address';
/** 2 s is 10 ms, an hour 18 s. Receivers that never answer are the matter of hanging.test.ts. */
const TIMES = { scale: 0.005, answerMs: 10_000 };

const raw =
  (text: string, then: (socket: Socket) => void = () => {}): Behaviour =>
  (_n, response) => {
    const socket = response.socket as Socket;
    socket.write(text);
    then(socket);
  };
const reset: Behaviour = (_n, response) => void (response.socket as Socket).resetAndDestroy();
let floodedBytes = 0;
const flood: Behaviour = (_n, response) => {
  response.writeHead(200, { 'content-length': String(1024 ** 3) });
  const more = () => {
    while (response.writable && response.write('x'.repeat(65_536))) floodedBytes += 65_536;
    if (response.writable) response.once('drain', more);
  };
  more();
};
const waitFor =
  (header: () => string, status: number): Behaviour =>
  (n, response, received) =>
    answer(status, { 'retry-after': header() })(n, response, received);
const inSeconds = (seconds: number) => () => new Date(Date.now() + seconds * 1000).toUTCString();

/** What every case is: a script of the receiver, and what is told of each of the three events afterwards. */
const CASES: readonly [name: string, behaviour: Behaviour, fate: object][] = [
  ['200', answer(200), { status: 'delivered', attempts: 1, lastError: null }],
  ['500 three times, then 200', recovering(3, answer(500)), { status: 'delivered', attempts: 4, lastError: null }],
  ['reset after the body was read, twice', recovering(2, reset), { status: 'delivered', attempts: 3 }],
  [
    'a body cut off',
    raw('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\nab', (it) => it.destroySoon()),
    { status: 'delivered', attempts: 1 },
  ],
  [
    'a status line cut off',
    recovering(
      1,
      raw('HTTP/1.1 2', (it) => it.destroySoon()),
    ),
    { status: 'delivered', attempts: 2 },
  ],
  ...[301, 302, 307, 308].map((status): [string, Behaviour, object] => [
    String(status),
    answer(status, { location: '/moved' }),
    { status: 'dead', attempts: 6, lastError: `The receiver answered ${status}, and redirects are not followed.` },
  ]),
  ['410', answer(410), { status: 'dead', attempts: 6, lastError: 'The receiver answered 410.' }],
  [
    '429 with seconds',
    recovering(
      1,
      waitFor(() => '400', 429),
    ),
    { status: 'delivered', attempts: 2 },
  ],
  [
    '503 with seconds',
    recovering(
      1,
      waitFor(() => '400', 503),
    ),
    { status: 'delivered', attempts: 2 },
  ],
  ['429 with a date', recovering(1, waitFor(inSeconds(401), 429)), { status: 'delivered', attempts: 2 }],
  ['503 with a date', recovering(1, waitFor(inSeconds(401), 503)), { status: 'delivered', attempts: 2 }],
  [
    '500 with seconds that bind nobody',
    recovering(
      1,
      waitFor(() => '3600', 500),
    ),
    { status: 'delivered', attempts: 2 },
  ],
  ['an answer of a gigabyte', flood, { status: 'delivered', attempts: 1 }],
  [
    'invalid chunks',
    raw('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nnonsense\r\n'),
    { status: 'delivered', attempts: 1 },
  ],
  [
    'invalid HTTP',
    recovering(
      1,
      raw('HTTP/9 hello\r\n\r\n', (it) => it.destroySoon()),
    ),
    { status: 'delivered', attempts: 2 },
  ],
  [
    'more headers than anyone needs',
    recovering(1, raw(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`)),
    { status: 'delivered', attempts: 2 },
  ],
];

let harness: ApiHarness;
let receiver: Receiver;
let secure: Record<'self-signed' | 'expired' | 'wrong host', Receiver>;
let early: Server;
let earlyResets = 0;
let silent: { servers: Server[]; port: number; connections: number };
let definitionId: string;
const started = new Map<string, Promise<string>>();
/** How often each name was looked up: those of the rebinding cases change their mind after the first time. */
const lookups = new Map<string, number>();

const REBINDING: Record<string, string> = {
  'loopback.acme.com': '127.0.0.2',
  'metadata.acme.com': '169.254.169.254',
  'mapped.acme.com': '::ffff:10.0.0.1',
  'six.acme.com': '::1',
};

async function resolve(hostname: string): Promise<readonly string[]> {
  const n = lookups.get(hostname) ?? 0;
  lookups.set(hostname, n + 1);
  if (hostname.startsWith('missing')) throw Object.assign(new Error(), { code: 'ENOTFOUND' });
  const later = REBINDING[hostname];
  if (later === undefined) return ['127.0.0.1'];
  return [later];
}

const PORTS = (server: Server) => (server.address() as { port: number }).port;
const listening = (server: Server, port = 0, host = '127.0.0.1') =>
  new Promise<void>((done) => server.listen(port, host, done));

beforeAll(async () => {
  receiver = await startScriptedReceiver();
  const [good, expired, other] = [
    certificateFor('hooks.acme.com'),
    certificateFor('hooks.acme.com', { expired: true }),
    certificateFor('other.acme.com'),
  ];
  secure = {
    'self-signed': await startScriptedReceiver({ certificate: good }),
    expired: await startScriptedReceiver({ certificate: expired }),
    'wrong host': await startScriptedReceiver({ certificate: other }),
  };
  early = createTcpServer((socket) => {
    earlyResets += 1;
    socket.resetAndDestroy();
  });
  await listening(early);
  const count = () =>
    createTcpServer((socket) => {
      silent.connections += 1;
      socket.destroy();
    });
  silent = { servers: [count(), count()], port: 0, connections: 0 };
  await listening(silent.servers[0]!, 0, '127.0.0.2');
  silent.port = PORTS(silent.servers[0]!);
  await listening(silent.servers[1]!, silent.port, '::1');

  const closed = createTcpServer();
  await listening(closed);
  const refused = PORTS(closed);
  await new Promise((done) => closed.close(done));

  const local = [receiver.port, PORTS(early), refused].map((port) => `127.0.0.1:${port}`);
  const tls = Object.values(secure).map(({ port }) => `hooks.acme.com:${port}`);
  harness = await startApiHarness({
    env: { OUTBOUND_ALLOW: [...local, ...tls].join(',') },
    deliveries: { times: TIMES, resolve, ca: expired.cert + other.cert },
  });
  definitionId = await harness.define({
    name: 'One agent',
    nodes: [{ nodeId: 'a', type: 'agent', config: { agentId: '__mock__' } }],
    edges: [],
  });
  const dispatch = async (webhookUrl: string) => {
    const { result, error } = await harness.call('executions/dispatch', {
      definitionId,
      webhookUrl,
      webhookSecret: SECRET,
    });
    if (error) throw new Error(error.message);
    return result.executionId as string;
  };
  const urls: Record<string, string> = {
    'reset before reading': `http://127.0.0.1:${PORTS(early)}/`,
    refused: `http://127.0.0.1:${refused}/`,
    'DNS failure': 'https://missing.acme.com/x',
  };
  for (const [name, behaviour] of CASES) urls[name] = receiver.script(`/${encodeURIComponent(name)}`, behaviour);
  for (const [name, { port }] of Object.entries(secure)) urls[name] = `https://hooks.acme.com:${port}/`;
  for (const name of Object.keys(REBINDING)) urls[name] = `https://${name}:${silent.port}/`;
  for (const [name, url] of Object.entries(urls)) started.set(name, dispatch(url));
  await Promise.all(started.values());
}, 120_000);

afterAll(async () => {
  await harness?.close();
  const receivers = [receiver, ...Object.values(secure ?? {})];
  await Promise.all(receivers.map((it) => it.close()));
  for (const server of [early, ...silent.servers]) server.close();
});

/** The deliveries of a case, once none is pending. */
async function settled(name: string): Promise<any[]> {
  const executionId = await started.get(name)!;
  const pause = pauses();
  for (;;) {
    const { result } = await harness.call('executions/listDeliveries', { executionId });
    // Overloaded, it asks to be asked again.
    const { items } = result ?? { items: [] };
    const isWhole = items.at(-1)?.type === 'execution.completed';
    if (isWhole && items.every((item: any) => item.status !== 'pending')) return items;
    await pause();
  }
}

async function expectFates(name: string, fate: object): Promise<void> {
  const items = await settled(name);
  expect(items.map(({ type }) => type)).toEqual(['execution.dispatched', 'step.completed', 'execution.completed']);
  for (const item of items) expect(item).toMatchObject(fate);
}

describe('a receiver that answers', () => {
  test.each(CASES)('%s: every event has its fate, and every attempt is honest', async (name, _behaviour, fate) => {
    await expectFates(name, fate);
    const requests = receiver.at(`/${encodeURIComponent(name)}`);
    expect(requests).toHaveLength(3 * (fate as { attempts: number }).attempts);
    expectHonest(requests);
  });

  test('first attempts start in seq order', () => {
    for (const [name] of CASES) {
      const seqs = receiver
        .at(`/${encodeURIComponent(name)}`)
        .filter((it) => it.attempt === 0)
        .map((it) => it.event.seq);
      expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    }
  });

  test('a redirect is nowhere followed, and a gigabyte is not read', () => {
    expect(receiver.at('/moved')).toEqual([]);
    expect(floodedBytes).toBeLessThan(3 * 16 * 1024 * 1024);
  });

  test.each([['429 with seconds'], ['503 with seconds'], ['429 with a date'], ['503 with a date']])(
    '%s: the second attempt waits as long as it was asked to',
    (name) => {
      const requests = receiver.at(`/${encodeURIComponent(name)}`);
      for (const again of requests.filter((it) => it.attempt === 1)) {
        const first = requests.find((it) => it.eventId === again.eventId)!;
        expect(again.at - first.at).toBeGreaterThanOrEqual(400_000 * TIMES.scale - 50);
      }
    },
  );
});

describe('a receiver that cannot be reached', () => {
  test.each([
    ['reset before reading', 'connection: The receiver closed the connection without an answer.'],
    ['refused', 'connection: The connection was refused: nothing listens there.'],
    ['DNS failure', 'dns: The name of the host does not exist.'],
    ['self-signed', "tls: The receiver's certificate is self-signed."],
    ['expired', "tls: The receiver's certificate has expired."],
    ['wrong host', "tls: The receiver's certificate is for another host."],
  ])('%s: dead after six attempts, and the reason is for a person', async (name, lastError) => {
    await expectFates(name, { status: 'dead', attempts: 6, lastError });
  });

  test('a connection that was reset was tried six times for each event', () => {
    expect(earlyResets).toBe(18);
  });
});

describe('a name that has come to lead somewhere forbidden', () => {
  test.each(Object.entries(REBINDING))('%s at %s: dead at once, and nothing was sent', async (name) => {
    await expectFates(name, { status: 'dead', attempts: 0, lastAttemptAt: null, lastError: FORBIDDEN });
    expect(lookups.get(name)).toBe(3);
  });

  test('no forbidden address ever saw a connection', () => {
    expect(silent.connections).toBe(0);
  });
});
