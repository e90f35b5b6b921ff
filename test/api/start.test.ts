import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import { startApi } from '../../src/api/start';
import { readConfig } from '../../src/config';
import { createLogger } from '../../src/logger';
import { createClient } from '../../src/temporal/connect';
import { freePort } from '../../src/temporal/free-port';
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
async function apiIn(namespace: string) {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-start-'));
  const env = { PORT: String(await freePort()), DATA_DIR: folder, TEMPORAL_NAMESPACE: namespace };
  const config = readConfig({ ...env, TEMPORAL_ADDRESS: testTemporalAddress() });
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

test('a namespace that Temporal does not have is named by readiness, and no request takes it for a bug', async () => {
  const api = await apiIn('no-such-namespace');
  const { missing } = await api.readiness();
  expect(missing).toContain('Temporal has no namespace "no-such-namespace" (TEMPORAL_NAMESPACE).');
  for (const [operation, data] of [
    ['executions/dispatch', { definitionId: 'abc' }],
    ['executions/get', { executionId: 'exec_abc' }],
    ['definitions/list', {}],
  ] as const) {
    const answer = await api.call(operation, data);
    expect([operation, answer.status]).toEqual([operation, 503]);
  }
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
