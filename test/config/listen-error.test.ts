import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { listenError } from '../../src/config/listen-error';
import { assertPortIsFree } from '../../src/dev/port';
import { serveMetrics } from '../../src/worker/metrics-server';

test('a taken port of the metrics or of the embedded server is said to be taken, with the variable to change', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const taken = (variable: string) => `Port ${port} is used by another program; set ${variable} to a free port.`;
  await expect(serveMetrics('127.0.0.1', port)).rejects.toThrow(taken('METRICS_PORT'));
  await expect(assertPortIsFree('127.0.0.1', port, 'TEMPORAL_PORT')).rejects.toThrow(taken('TEMPORAL_PORT'));
  other.close();
});

test('a port that this user may not have is not said to be taken', () => {
  const denied = Object.assign(new Error('listen EACCES'), { code: 'EACCES' });
  expect(String(listenError(denied, { host: '127.0.0.1', port: 80, variable: 'TEMPORAL_UI_PORT' }))).toBe(
    'ConfigError: Port 80 may not be used by this user; set TEMPORAL_UI_PORT to one above 1023.',
  );
  const bug = new TypeError('something else');
  expect(listenError(bug, { host: '127.0.0.1', port: 80, variable: 'PORT' })).toBe(bug);
});
