// What the escapes of a URL stand for, where Express would refuse a caller of a dialect, or Node.js misread what it means.
import { isUtf8 } from 'node:buffer';
import type { Request, RequestHandler } from 'express';

/**
 * An id whose escapes are no text goes on as it is written: nothing has it, which only its operation can say, in its turn, and
 * Express would refuse it before credentials are looked at. `beforeId` matches the path up to the id.
 */
export function undecodableIdsAsWritten(beforeId: RegExp): RequestHandler {
  return (request, _response, next) => {
    const [before] = beforeId.exec(request.url) ?? [];
    if (before !== undefined) {
      const rest = request.url.slice(before.length);
      const [id = ''] = /^[^/?]+/.exec(rest) ?? [];
      if (!isDecodable(id)) request.url = before + encodeURIComponent(id) + rest.slice(id.length);
    }
    next();
  };
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** A parameter of the query, as it was sent, whose escapes are no text, or null. Node.js reads them as U+FFFD. */
export function undecodableParameter({ url }: Request): { readonly name: string; readonly value: string } | null {
  const [, ...query] = url.split('?');
  const found = query
    .join('?')
    .split('&')
    .find((parameter) => !(parameter.match(ESCAPES) ?? []).every(isText));
  if (found === undefined) return null;
  const [name = '', ...value] = found.split('=');
  return { name, value: value.join('=') };
}

/** A percent sign that begins no escape stands for itself. */
const ESCAPES = /(?:%[0-9a-f]{2})+/gi;

const isText = (escapes: string): boolean => isUtf8(Buffer.from(escapes.replaceAll('%', ''), 'hex'));
