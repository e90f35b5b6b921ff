// The webhook receiver as a process of its own: what it got is on the disk before it answers. It is never killed.
import { fsyncSync, openSync, writeSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const [, , path = ''] = process.argv;
const file = openSync(path, 'a');
let lines: string[] = [];
let answers: ServerResponse[] = [];

/** One fsync for all that came since the last one. */
function flush(): void {
  const answered = answers;
  writeSync(file, lines.join(''));
  lines = [];
  answers = [];
  fsyncSync(file);
  for (const response of answered) response.writeHead(200).end();
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('error', () => response.destroy());
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString('base64');
    lines.push(`${JSON.stringify({ kind: 'delivery', at: Date.now(), headers: request.headers, body })}\n`);
    answers.push(response);
    if (answers.length === 1) setImmediate(flush);
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
// Whoever started it is gone.
process.stdin.on('end', () => process.exit(0)).resume();
