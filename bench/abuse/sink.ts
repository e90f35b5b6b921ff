// A server that does next to nothing, on a port of its own: what an abuser costs the machine when it abuses someone else.
import { type AddressInfo, createServer } from 'node:net';

/** As the API's answer to strangers. */
const BODY = '{"error":{"message":"The token is not registered.","status":"PERMISSION_DENIED"}}';
const ANSWER = `HTTP/1.1 403 Forbidden\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`;
const HEAD_END = '\r\n\r\n';
const UPLOAD_BYTES_MIN = 100_000;
const SLOW_MS = 17_500;

const server = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  const timer = setTimeout(() => socket.destroy(), SLOW_MS);
  socket.on('close', () => clearTimeout(timer));
  socket.on('data', (chunk) => {
    const head = chunk.subarray(0, 2_000).toString('latin1');
    if (!head.includes(HEAD_END)) return;
    clearTimeout(timer);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (length > UPLOAD_BYTES_MIN) socket.end(ANSWER);
    else socket.write(ANSWER);
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
// Whoever started it is gone.
process.stdin.on('end', () => process.exit(0)).resume();
