import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { startApi } from '../../src/api/start';
import { readConfig } from '../../src/config';
import { createLogger } from '../../src/logger';
import { createClient } from '../../src/temporal/connect';
import { freePort } from '../../src/temporal/free-port';

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
