import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp2Server, type ServerHttp2Session } from 'node:http2';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import { startApi } from '../../src/api/start';
import { readConfig } from '../../src/config';
import { createLogger, type Logger } from '../../src/logger';
import { connectWorker, createClient } from '../../src/temporal/connect';
import { freePort } from '../../src/temporal/free-port';
import { GRPC } from '../../src/temporal/grpc';
import { eventually } from '../support/eventually';
import { testTemporalAddress } from '../workflows/harness';

test('an API whose port is taken says so and leaves nothing behind that still works', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-start-'));
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const keys = join(folder, 'keys.json');
  const tokens = [{ name: 'ci', sha256: '0'.repeat(64) }];
  writeFileSync(keys, JSON.stringify({ workspaces: [{ workspace: 'acme', apiKey: 'a-key-of-acme', tokens }] }));
  const config = readConfig({
    PORT: String(port),
    DATA_DIR: folder,
    API_KEYS_FILE: keys,
    TEMPORAL_ADDRESS: `127.0.0.1:${await freePort()}`,
  });
  const client = createClient(config.temporal);
  const listeners = process.listenerCount('SIGHUP');
  await expect(startApi({ config, client, logger: createLogger('silent', 'test') })).rejects.toThrow(
    `Port ${port} is used by another program; set PORT to a free port.`,
  );
  expect(process.listenerCount('SIGHUP')).toBe(listeners);
  await client.connection.close();
  other.close();
  rmSync(folder, { recursive: true });
});

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((it) => it.close()));
});

/** Closed when the test is over. */
async function apiIn(namespace: string, address = testTemporalAddress()) {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-start-'));
  const env = { PORT: String(await freePort()), DATA_DIR: folder, TEMPORAL_NAMESPACE: namespace };
  const config = readConfig({ ...env, TEMPORAL_ADDRESS: address });
  const client = createClient(config.temporal);
  const api = await startApi({ config, client, logger: createLogger('silent', 'test') });
  opened.push({
    async close() {
      await api.close();
      await client.connection.close();
      rmSync(folder, { recursive: true });
    },
  });
  return {
    client,
    readiness: api.readiness,
    call: (operation: string, data: object) =>
      fetch(`${api.url}/v2/workflow/${operation}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-velt-api-key': 'dev-api-key',
          'x-velt-auth-token': 'dev-auth-token',
        },
        body: JSON.stringify({ data }),
      }),
  };
}

const NEEDING_TEMPORAL = [
  ['executions/dispatch', { definitionId: 'abc' }],
  ['executions/get', { executionId: 'exec_abc' }],
  ['definitions/list', {}],
] as const;

test('a namespace that Temporal does not have is named by readiness, and no request takes it for a bug', async () => {
  const api = await apiIn('no-such-namespace');
  const { missing } = await api.readiness();
  expect(missing).toContain('Temporal has no namespace "no-such-namespace" (TEMPORAL_NAMESPACE).');
  for (const [operation, data] of NEEDING_TEMPORAL) {
    const answer = await api.call(operation, data);
    expect([operation, answer.status]).toEqual([operation, 503]);
  }
});

/** A Temporal that refuses every call with this code, or every one but that with which a connection begins. */
async function refusing(code: number, from: 'the connection on' | 'the first call on'): Promise<string> {
  const server = createHttp2Server().on('stream', (stream, { ':path': path }) => {
    const isTaken = from === 'the first call on' && path?.endsWith('/GetSystemInfo');
    const grpc = { ':status': 200, 'content-type': 'application/grpc' };
    const refusal = { 'grpc-status': String(code), 'grpc-message': 'not with the key a-hidden-key' };
    if (!isTaken) return stream.respond({ ...grpc, ...refusal }, { endStream: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.respond(grpc, { waitForTrailers: true });
    stream.end(Buffer.alloc(5));
  });
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => void sessions.add(session)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push({
    async close() {
      for (const session of sessions) session.destroy();
      server.close();
    },
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The second may be of one call alone, while all else is permitted. */
const REFUSALS = {
  UNAUTHENTICATED: 'Temporal refuses the credentials of this server; /readyz says which ones these are.',
  PERMISSION_DENIED:
    'Temporal does not permit what this server asked of it: look at the permissions of its credentials, and at what its namespace allows.',
};

test.each([
  ['UNAUTHENTICATED', 'the connection on'],
  ['UNAUTHENTICATED', 'the first call on'],
  ['PERMISSION_DENIED', 'the connection on'],
  ['PERMISSION_DENIED', 'the first call on'],
] as const)(
  'that Temporal refuses the credentials, %s from %s, is said by readiness and every answer',
  async (code, from) => {
    const address = await refusing(GRPC[code], from);
    const api = await apiIn('a-namespace', address);
    const { ready, missing } = await api.readiness();
    expect(ready).toBe(false);
    expect(missing).toContain(
      'Temporal refuses this server for the namespace "a-namespace": its credentials (TEMPORAL_API_KEY, TEMPORAL_TLS_CLIENT_*) are missing, wrong or without permission.',
    );
    expect(missing.join()).not.toContain('a-hidden-key');
    for (const [operation, data] of NEEDING_TEMPORAL) {
      const answer = await api.call(operation, data);
      const { error } = (await answer.json()) as { error: { message: string } };
      expect([operation, answer.status, error.message]).toEqual([operation, 503, REFUSALS[code]]);
    }
  },
);

test('a worker whose credentials are refused as it connects says so, and goes on trying', async () => {
  const address = await refusing(GRPC.UNAUTHENTICATED, 'the connection on');
  const stopped = new AbortController();
  const said: string[] = [];
  const warn = (_fields: object, message: string) => {
    said.push(message);
    stopped.abort();
  };
  const target = { isEmbedded: false, namespace: 'default', connection: { address } };
  await expect(connectWorker(target, { warn } as unknown as Logger, stopped.signal)).rejects.toThrow(/abort/);
  expect(said).toEqual(['Temporal refuses the credentials; trying again']);
});

test('a search attribute of another type is named by readiness, with what to do', async () => {
  const namespace = `types-${randomUUID().slice(0, 8)}`;
  const connection = await Connection.connect({ address: testTemporalAddress() });
  const workflowExecutionRetentionPeriod = msToTs('1 day');
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
  const searchAttributes = { Workspace: temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_INT };
  // The server learns of a new namespace within some seconds.
  const adding = () => connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  await eventually(
    () =>
      adding().then(
        () => true,
        () => false,
      ),
    Boolean,
  );
  await connection.close();

  const api = await apiIn(namespace);
  const sentence =
    /^The search attribute Workspace .* is of type \w+_INT and must be \w+_KEYWORD; use another namespace/;
  const { ready } = await eventually(api.readiness, ({ missing }) => missing.some((one) => sentence.test(one)));
  expect(ready).toBe(false);
}, 60_000);
