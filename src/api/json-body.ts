// Reads a request's body as JSON, within bounds: size before anything else, then encoding, depth, and keys that bite.
import type { Request } from 'express';
import { LIMITS } from '../definition/limits';
import { ApiError } from './errors';

/** The body as a value. Throws an ApiError: 413 too large, 415 not JSON, 400 malformed. */
export async function readJsonBody(request: Request): Promise<unknown> {
  assertJsonContent(request);
  const text = decode(await readBytes(request));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ApiError('INVALID_ARGUMENT', 'The body is not valid JSON.');
  }
  assertSound(value);
  return value;
}

function assertJsonContent(request: Request): void {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;\s*charset="?utf-?8"?\s*)?$/i.test(type)) {
    throw new ApiError('INVALID_ARGUMENT', 'The content-type must be application/json (in UTF-8).', { http: 415 });
  }
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new ApiError('INVALID_ARGUMENT', 'A compressed body is not accepted; send it without content-encoding.', {
      http: 415,
    });
  }
}

async function readBytes(request: Request): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = Number(request.headers['content-length'] ?? 0) > LIMITS.bodyBytesMax ? Number.POSITIVE_INFINITY : 0;
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > LIMITS.bodyBytesMax) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new ApiError('INVALID_ARGUMENT', 'The body ended before it was whole.', { cause });
  }
  if (bytes <= LIMITS.bodyBytesMax) return Buffer.concat(chunks);
  // The rest is read and dropped, so that the answer reaches a client that is still sending.
  request.resume();
  throw new ApiError('INVALID_ARGUMENT', `The body may have at most ${LIMITS.bodyBytesMax} bytes.`, { http: 413 });
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ApiError('INVALID_ARGUMENT', 'The body is not valid UTF-8.');
  }
}

/** Refuses what cannot be stored or sent on as it is: deep nesting, halves of characters, and the key `__proto__`. */
function assertSound(root: unknown): void {
  const open: { value: unknown; depth: number }[] = [{ value: root, depth: 1 }];
  for (let item = open.pop(); item; item = open.pop()) {
    const { value, depth } = item;
    if (typeof value === 'string') assertWellFormed(value);
    if (typeof value !== 'object' || value === null) continue;
    if (depth > LIMITS.jsonDepthMax) {
      throw new ApiError('INVALID_ARGUMENT', `The body is nested more than ${LIMITS.jsonDepthMax} deep.`);
    }
    for (const [key, child] of Object.entries(value)) {
      if (key === '__proto__') throw new ApiError('INVALID_ARGUMENT', 'The key "__proto__" is not accepted.');
      assertWellFormed(key);
      open.push({ value: child, depth: depth + 1 });
    }
  }
}

function assertWellFormed(text: string): void {
  // Node 20 has it; the TypeScript library of this target does not say so.
  if (!(text as string & { isWellFormed(): boolean }).isWellFormed()) {
    throw new ApiError('INVALID_ARGUMENT', 'A text of the body holds half of a surrogate pair, which is no character.');
  }
}
