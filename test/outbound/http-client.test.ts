import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createOutboundClient, type OutboundOptions } from '../../src/outbound/http-client';

const open: (Server | TcpServer)[] = [];
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await Promise.all(open.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function listen(server: Server | TcpServer, host = '127.0.0.1', port = 0): Promise<number> {
  open.push(server);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return (server.address() as AddressInfo).port;
}
const http = (handler: RequestListener) => listen(createServer(handler));
const tcp = (onSocket: (socket: Socket) => void) => listen(createTcpServer(onSocket));

const post = (port: number, options: Partial<OutboundOptions> & { timeoutMs?: number; path?: string } = {}) =>
  createOutboundClient({ allow: new Set([`127.0.0.1:${port}`]), ...options }).post({
    url: `http://127.0.0.1:${port}${options.path ?? '/hook?x=1'}`,
    headers: { 'content-type': 'application/json', 'x-velt-attempt': '0' },
    body: '{"hello":"wörld"}',
    timeoutMs: options.timeoutMs ?? 2_000,
  });

describe('a POST through the guard', () => {
  test('arrives as it is, and the answer comes back', async () => {
    const seen: unknown[] = [];
    const port = await http((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        seen.push(request.method, request.url, request.headers['x-velt-attempt'], Buffer.concat(chunks).toString());
        response.writeHead(202).end('thanks');
      });
    });
    expect(await post(port)).toEqual({ kind: 'answered', status: 202, retryAfterMs: null, bodyText: 'thanks' });
    expect(seen).toEqual(['POST', '/hook?x=1', '0', '{"hello":"wörld"}']);
  });

  test.each([
    ['goes to the next address of a name when one does not answer', 1, { kind: 'answered', status: 202 }],
    ['tries four addresses of a name and no more', 4, { kind: 'failed', reason: 'connection' }],
  ])('%s', async (_what, silent, outcome) => {
    const port = await http((_request, response) => response.writeHead(202).end());
    const addresses = [...Array.from({ length: silent }, (_, index) => `127.0.0.${index + 2}`), '127.0.0.1'];
    const client = createOutboundClient({ allow: new Set([`hook.test:${port}`]), resolve: async () => addresses });
    const request = { url: `http://hook.test:${port}/`, headers: {}, body: '{}', timeoutMs: 2_000 };
    expect(await client.post(request)).toMatchObject(outcome);
  });

  test.each([301, 302, 307, 308])('a %i is an answer and is never followed', async (status) => {
    let requests = 0;
    const port = await http((_request, response) => {
      requests += 1;
      response.writeHead(status, { location: '/elsewhere' }).end();
    });
    expect(await post(port)).toMatchObject({ kind: 'answered', status });
    expect(requests).toBe(1);
  });

  test('a 2xx counts although its body never ends', async () => {
    const port = await http((_request, response) => {
      response.writeHead(200).write('begun');
    });
    expect(await post(port)).toEqual({ kind: 'answered', status: 200, retryAfterMs: null, bodyText: 'begun' });
  });

  test.each([
    ['whole', 10_000, (response: ServerResponse) => response.end('all of it')],
    ['broken', 10_000, (response: ServerResponse) => response.write('begun', () => response.destroy())],
    ['late', 1_000, (response: ServerResponse) => response.write('begun')],
  ])('who reads the answer is told that its body was %s', async (bodyEnd, timeoutMs, answer) => {
    const port = await http((_request, response) => void answer(response.writeHead(200)));
    const client = createOutboundClient({ allow: new Set([`127.0.0.1:${port}`]) });
    const url = `http://127.0.0.1:${port}/`;
    const call = { url, method: 'GET', field: 'url', headers: {}, body: '', timeoutMs } as const;
    expect(await client.call(call)).toMatchObject({ kind: 'answered', status: 200, bodyEnd });
  });

  test('a body is cut off at 64 KiB, and not inflated', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    const zipped = await http(
      (_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    );
    expect(await post(zipped)).toMatchObject({ kind: 'answered', status: 200 });
    const endless = await http((_request, response) => {
      response.writeHead(200);
      const flood = () => {
        while (response.writable && response.write('x'.repeat(16_384)));
        if (response.writable) response.once('drain', flood);
      };
      flood();
    });
    const outcome = await post(endless);
    expect(outcome).toMatchObject({ kind: 'answered', status: 200 });
    expect(outcome.kind === 'answered' && outcome.bodyText.length).toBe(64 * 1024);
  });

  test('Retry-After comes back in milliseconds', async () => {
    const port = await http((_request, response) => void response.writeHead(503, { 'retry-after': '7' }).end());
    expect(await post(port)).toMatchObject({ status: 503, retryAfterMs: 7_000 });
  });

  test.each<[string, string[]]>([
    ['100 and the answer at once', ['HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\n\r\ndone']],
    ['100 in pieces', ['HTT', 'P/1.1 10', '0 Continue\r\nx-a: 1\r', '\n\r\nHTTP/1.1 20', '1 Created\r\n\r\ndo', 'ne']],
    [
      'one after another',
      [
        'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n',
        'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n',
        'HTTP/1.1 201 Created\r\ncontent-length: 4\r\n\r\ndone',
      ],
    ],
  ])('interim answers are borne: %s', async (_what, pieces) => {
    const port = await tcp((socket) => {
      socket.setNoDelay(true).once('data', async () => {
        for (const piece of pieces) {
          socket.write(piece);
          // Both ends are of this process: each piece is read before the next one is written.
          for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        }
        socket.end();
      });
    });
    expect(await post(port)).toEqual({ kind: 'answered', status: 201, retryAfterMs: null, bodyText: 'done' });
  });

  test.each<[string, string, object]>([
    ['nothing follows', 'HTTP/1.1 100 Continue\r\n\r\n', { reason: 'timeout' }],
    ['never ends', `HTTP/1.1 100 Continue\r\nx-a: ${'a'.repeat(20_000)}`, { reason: 'connection' }],
    [
      'leaves HTTP',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: a\r\nconnection: upgrade\r\n\r\n',
      { reason: 'connection' },
    ],
  ])('an interim answer is no answer: one that %s', async (_what, text, failure) => {
    const port = await tcp((socket) => socket.once('data', () => socket.write(text)));
    expect(await post(port, { timeoutMs: 400 })).toMatchObject({ kind: 'failed', ...failure });
  });

  test.each<[string, (socket: Socket) => void]>([
    ['hangs', () => {}],
    [
      'trickles its headers',
      (socket) => {
        socket.write('HTTP/1.1 200 OK\r\nx-slow: ');
        const timer = setInterval(() => socket.write('a'), 50);
        socket.on('close', () => clearInterval(timer));
        socket.on('error', () => clearInterval(timer));
      },
    ],
  ])('a receiver that %s is a timeout', async (_how, behave) => {
    const port = await tcp(behave);
    expect(await post(port, { timeoutMs: 400 })).toEqual({
      kind: 'failed',
      reason: 'timeout',
      message: 'The receiver did not answer within 0.4 s.',
    });
  });

  test.each<[string, (socket: Socket) => void]>([
    ['resets before reading', (socket) => socket.resetAndDestroy()],
    ['closes after reading', (socket) => socket.on('data', () => socket.destroy())],
    ['answers no HTTP', (socket) => socket.end('hello\r\n\r\n')],
  ])('a receiver that %s is a failed connection', async (_how, behave) => {
    const port = await tcp(behave);
    expect(await post(port)).toMatchObject({ kind: 'failed', reason: 'connection' });
  });

  test.each(['hello\r\n\r\n', 'HTTP/1.1 000 None\r\n\r\n', 'HTTP/1.1 200 OK\n\n'])(
    'a receiver that answers %j is said not to speak HTTP',
    async (answer) => {
      const port = await tcp((socket) => socket.once('data', () => socket.end(answer)));
      expect(await post(port)).toMatchObject({ message: 'The receiver did not answer in HTTP.' });
    },
  );

  test('nothing listening is a refused connection', async () => {
    const port = await http(() => {});
    await new Promise((resolve) => open.pop()?.close(resolve));
    expect(await post(port)).toMatchObject({ reason: 'connection', message: expect.stringContaining('refused') });
  });

  test('a name without an address, and a resolver that fails or hangs, are told apart', async () => {
    const client = (resolve: OutboundOptions['resolve']) =>
      createOutboundClient({ allow: new Set(), ...(resolve ? { resolve } : {}) }).post({
        url: 'https://hooks.acme.com/x',
        headers: {},
        body: '{}',
        timeoutMs: 200,
      });
    expect(await client(async () => [])).toMatchObject({ kind: 'failed', reason: 'dns' });
    expect(await client(() => Promise.reject(Object.assign(new Error(), { code: 'EAI_AGAIN' })))).toMatchObject({
      reason: 'dns',
    });
    expect(await client(() => new Promise(() => {}))).toMatchObject({ reason: 'timeout' });
  });
});

describe('forbidden destinations never see a connection', () => {
  test.each([
    [['127.0.0.2']],
    [['::1']],
    [['127.0.0.2', '93.184.215.14']],
    [['93.184.215.14', '::ffff:127.0.0.2']],
    [['169.254.169.254']],
  ])('a name that resolves to %j is forbidden, whole', async (addresses) => {
    let connections = 0;
    const count = () =>
      createTcpServer(() => {
        connections += 1;
      });
    const port = await listen(count(), '127.0.0.2');
    await listen(count(), '::1', port);
    const outcome = await createOutboundClient({ allow: new Set(), resolve: async () => addresses }).post({
      url: `https://hooks.acme.com:${port}/x`,
      headers: {},
      body: '{}',
      timeoutMs: 1_000,
    });
    expect(outcome).toEqual({
      kind: 'forbidden',
      message: 'webhookUrl host resolves to a private, loopback, or link-local address',
    });
    expect(connections).toBe(0);
  });

  test('a name is resolved once, and the connection goes to the address that was checked', async () => {
    let requests = 0;
    const port = await http((_request, response) => {
      requests += 1;
      response.end();
    });
    let lookups = 0;
    const rebinding = async () => {
      lookups += 1;
      return lookups === 1 ? ['127.0.0.1'] : ['127.0.0.2'];
    };
    const client = createOutboundClient({ allow: new Set([`rebind.acme.com:${port}`]), resolve: rebinding });
    const outcome = await client.post({
      url: `http://rebind.acme.com:${port}/`,
      headers: {},
      body: '{}',
      timeoutMs: 1_000,
    });
    expect(outcome).toMatchObject({ kind: 'answered', status: 200 });
    expect([lookups, requests]).toEqual([1, 1]);
  });

  test('proxies of the environment are not asked', async () => {
    let asked = 0;
    const proxy = await tcp(() => {
      asked += 1;
    });
    const port = await http((_request, response) => void response.end());
    const names = [
      'HTTP_PROXY',
      'HTTPS_PROXY',
      'ALL_PROXY',
      'http_proxy',
      'https_proxy',
      'all_proxy',
      'NODE_USE_ENV_PROXY',
    ];
    const before = { ...process.env };
    for (const name of names) process.env[name] = name.startsWith('NODE') ? '1' : `http://127.0.0.1:${proxy}`;
    try {
      expect(await post(port)).toMatchObject({ kind: 'answered', status: 200 });
    } finally {
      process.env = before;
    }
    expect(asked).toBe(0);
  });

  test('an address with a zone id is forbidden, written or resolved', async () => {
    const client = createOutboundClient({ allow: new Set(), resolve: async () => ['2606:4700::1111%lo'] });
    for (const url of ['https://[fe80::1%25lo]/x', 'https://hooks.acme.com/x']) {
      expect(await client.post({ url, headers: {}, body: '{}', timeoutMs: 500 })).toMatchObject({ kind: 'forbidden' });
    }
  });

  test('a URL that has become forbidden since it was set is not sent to', async () => {
    const port = await http((_request, response) => void response.end());
    expect(await post(port, { allow: new Set() })).toMatchObject({ kind: 'forbidden' });
  });
});

describe('certificates', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-tls-'));
  const certificate = (name: string, host: string) => {
    const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
    const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-keyout',
        key,
        '-out',
        cert,
        ...subject,
      ],
      { stdio: 'ignore' },
    );
    return { key: readFileSync(key), cert: readFileSync(cert) };
  };
  const good = certificate('good', 'hooks.acme.com');
  rmSync(folder, { recursive: true });

  async function overTls(host: string, ca?: string) {
    let servername: unknown;
    const server = createTlsServer(good, (request, response) => {
      servername = (request.socket as Socket & { servername?: unknown }).servername;
      response.writeContinue();
      response.end();
    });
    const port = await listen(server);
    const client = createOutboundClient({
      allow: new Set([`${host}:${port}`]),
      resolve: async () => ['127.0.0.1'],
      ...(ca === undefined ? {} : { ca }),
    });
    const outcome = await client.post({ url: `https://${host}:${port}/`, headers: {}, body: '{}', timeoutMs: 2_000 });
    return { outcome, servername };
  }

  test('the name goes out as SNI and its certificate is accepted, though the connection is to an address', async () => {
    const { outcome, servername } = await overTls('hooks.acme.com', good.cert.toString());
    expect(outcome).toMatchObject({ kind: 'answered', status: 200 });
    expect(servername).toBe('hooks.acme.com');
  });

  test('one for another host, and one that nobody vouches for, are refused', async () => {
    expect((await overTls('other.acme.com', good.cert.toString())).outcome).toMatchObject({
      reason: 'tls',
      message: expect.stringContaining('another host'),
    });
    expect((await overTls('hooks.acme.com')).outcome).toMatchObject({
      reason: 'tls',
      message: expect.stringContaining('self-signed'),
    });
  });
});
