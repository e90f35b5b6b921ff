// A receiver of webhooks that takes everything, in the process of the benchmark: what it costs is counted as the clients' share.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface CountingReceiver {
  readonly url: string;
  /** For OUTBOUND_ALLOW. */
  readonly host: string;
  /** Webhooks so far. */
  received(): number;
  close(): Promise<void>;
}

export async function startCountingReceiver(): Promise<CountingReceiver> {
  let count = 0;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      count += 1;
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}/hook`,
    host,
    received: () => count,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
