// A worker's own small HTTP server: GET /metrics and GET /healthz, when METRICS_PORT is set.
import { createServer } from 'node:http';
import { listenError } from '../config/listen-error';
import { CONTENT_TYPE, exposition } from '../metrics/registry';

const ANSWERS: Readonly<Record<string, () => Promise<readonly [type: string, body: string]>>> = {
  '/metrics': async () => [CONTENT_TYPE, await exposition()],
  '/healthz': async () => ['application/json', '{"status":"ok"}'],
};

/** Resolves when it serves; what it returns ends it. */
export async function serveMetrics(host: string, port: number): Promise<() => void> {
  const server = createServer({ requestTimeout: 5_000, headersTimeout: 5_000 }, (request, response) => {
    const answer = request.method === 'GET' ? ANSWERS[request.url ?? ''] : undefined;
    if (!answer) return void response.writeHead(404).end();
    void answer().then(
      ([type, body]) => response.writeHead(200, { 'content-type': type }).end(body),
      // Not to be read is no reason for the worker to end.
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, { host, port, variable: 'METRICS_PORT' })));
    server.listen(port, host, resolve);
  });
  return () => {
    server.close();
    server.closeAllConnections();
  };
}
