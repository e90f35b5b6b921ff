// Reads a request's body as JSON, within bounds: size before anything else, then encoding, depth, and keys that bite.
import type { Request, Response } from 'express';
import { membersIn } from '../definition/duplicate-keys';
import { LIMITS } from '../definition/limits';
import { ApiError } from './errors';

/** The body as a value. Throws an ApiError: 413 too large, 415 not JSON, 400 malformed. */
export async function readJsonBody(request: Request, response: Response): Promise<unknown> {
  assertJsonContent(request);
  return jsonOf(await readBytes(request, response));
}

/** A body as a value. Throws an ApiError: 400 malformed. */
export function jsonOf(bytes: Buffer): unknown {
  const text = decode(bytes);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ApiError('INVALID_ARGUMENT', 'The body is not valid JSON.');
  }
  const members = assertSound(value);
  if (membersIn(text) !== members) {
    throw new ApiError('INVALID_ARGUMENT', 'An object of the body has the same key twice; each may stand there once.');
  }
  return value;
}

/** A charset must be UTF-8; what other parameters say means nothing for JSON (RFC 8259, section 11). */
function assertJsonContent(request: Request): void {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? '').split(';').map((part) => part.trim());
  const isJson = /^application\/(?:[\w.+-]+\+)?json$/i.test(type);
  if (!isJson || parameters.some((part) => /^charset=(?!"?utf-?8"?$)/i.test(part))) {
    throw new ApiError('INVALID_ARGUMENT', 'The content-type must be application/json (in UTF-8).', { http: 415 });
  }
}

/** The body as it came, of at most `bytesMax`. Throws an ApiError: 413 too large, 415 compressed, 400 not whole. */
export async function readBytes(
  request: Request,
  response: Response,
  bytesMax: number = LIMITS.bodyBytesMax,
): Promise<Buffer> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new ApiError('INVALID_ARGUMENT', 'A compressed body is not accepted; send it without content-encoding.', {
      http: 415,
    });
  }
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLarge(bytesMax);
  if (request.headers.expect !== undefined) response.writeContinue();
  return collect(request, bytesMax);
}

/** By its events: a stream's iterator costs several promises a request. What is left when it rejects stays unread. */
async function collect(request: Request, bytesMax: number): Promise<Buffer> {
  if (request.destroyed) throw broken();
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    await new Promise<void>((resolve, reject) => {
      request.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > bytesMax) reject(tooLarge(bytesMax));
        else chunks.push(chunk);
      });
      request.on('end', resolve);
      request.on('error', (cause) => reject(broken(cause)));
      request.on('close', () => void (request.readableEnded || reject(broken())));
    });
    return Buffer.concat(chunks);
  } finally {
    request.removeAllListeners('data');
    if (!request.complete) request.pause();
  }
}

const broken = (cause?: unknown): ApiError =>
  new ApiError('INVALID_ARGUMENT', 'The body ended before it was whole.', { cause });

const tooLarge = (bytesMax: number): ApiError =>
  new ApiError('INVALID_ARGUMENT', `The body may have at most ${bytesMax} bytes.`, { http: 413 });

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Buffer): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new ApiError('INVALID_ARGUMENT', 'The body is not valid UTF-8.');
  }
}

/**
 * Refuses what cannot be stored or sent on as it is: deep nesting, halves of characters, and the key `__proto__`. Returns how
 * many members all objects have together. Level by level, and without an object for each value: a body has room for half a
 * million of them, and everybody else waits meanwhile.
 */
function assertSound(root: unknown): number {
  let members = 0;
  let level: readonly object[] = [[root]];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > LIMITS.jsonDepthMax) {
      throw new ApiError('INVALID_ARGUMENT', `The body is nested more than ${LIMITS.jsonDepthMax} deep.`);
    }
    const inner: object[] = [];
    for (const value of level) {
      if (Array.isArray(value)) for (const item of value) assertSoundValue(item, inner);
      else members += assertSoundMembers(value as Record<string, unknown>, inner);
    }
    level = inner;
  }
  return members;
}

/** How many there are; what is nested in them is added to `inner`. */
function assertSoundMembers(object: Record<string, unknown>, inner: object[]): number {
  const keys = Object.keys(object);
  for (const key of keys) {
    if (key === '__proto__') throw new ApiError('INVALID_ARGUMENT', 'The key "__proto__" is not accepted.');
    assertWellFormed(key);
    assertSoundValue(object[key], inner);
  }
  return keys.length;
}

function assertSoundValue(value: unknown, inner: object[]): void {
  if (typeof value === 'string') assertWellFormed(value);
  else if (typeof value === 'object' && value !== null) inner.push(value);
  else if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new ApiError('INVALID_ARGUMENT', 'A number of the body is too large to be kept; send it as text.');
  }
}

function assertWellFormed(text: string): void {
  // Node 20 has it; the TypeScript library of this target does not say so.
  if (!(text as string & { isWellFormed(): boolean }).isWellFormed()) {
    throw new ApiError('INVALID_ARGUMENT', 'A text of the body holds half of a surrogate pair, which is no character.');
  }
}
