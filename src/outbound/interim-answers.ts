// Takes interim answers out of what a receiver sends. Whoever sends a request has to bear them though it did not ask
// (RFC 9110 section 15.2), and undici closes the connection at a "100 Continue".
import type { Socket } from 'node:net';

/** A 101 is none of them: no HTTP follows it. */
const INTERIM = /^HTTP\/1\.[01] 1(?!01)\d\d[ \r\n]/;
const BEGINNING = 'HTTP/1.';
/** Of `HTTP/1.1 100`, and of what ends the number. */
const STATUS_BYTES = 13;
const HEAD_END = '\r\n\r\n';
/** As much as undici reads of an answer's head. */
const HEAD_BYTES_MAX = 16 * 1024;

/** For a connection of one request: what is read from it begins with the final answer, and from there on is as it came. */
export function skipInterimAnswers(socket: Socket): void {
  const read = socket.read.bind(socket);
  let held: Buffer = Buffer.alloc(0);
  let isFinal = false;
  socket.read = (size?: number): Buffer | null => {
    // Node itself reads 0 bytes, to be told of more.
    if (isFinal || size !== undefined) return read(size);
    for (let chunk: Buffer | null = read(); chunk !== null; chunk = read()) held = Buffer.concat([held, chunk]);
    held = afterInterim(held);
    if (mayBeInterim(held)) return null;
    isFinal = true;
    return held;
  };
}

function afterInterim(bytes: Buffer): Buffer {
  let rest = bytes;
  while (INTERIM.test(statusOf(rest))) {
    const end = rest.indexOf(HEAD_END);
    if (end < 0) break;
    rest = rest.subarray(end + HEAD_END.length);
  }
  return rest;
}

/** Whether more has to come before it can be told. */
function mayBeInterim(bytes: Buffer): boolean {
  const status = statusOf(bytes);
  if (status.length < STATUS_BYTES) return BEGINNING.startsWith(status.slice(0, BEGINNING.length));
  return INTERIM.test(status) && bytes.length <= HEAD_BYTES_MAX;
}

const statusOf = (bytes: Buffer): string => bytes.toString('latin1', 0, STATUS_BYTES);
