// What the escapes of a URL stand for, where Express would refuse a caller of a dialect, or Node.js misread what it means.
import { isUtf8 } from 'node:buffer';
import querystring from 'node:querystring';
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

/**
 * A parameter of the query of one of these names, with its value as it was sent, whose escapes are no text, or null. Node.js reads them as U+FFFD.
 */
export function undecodableParameter(
  { url }: Request,
  names: readonly string[],
): { readonly name: string; readonly value: string } | null {
  const [, ...query] = url.split('?');
  for (const parameter of query.join('?').split('&')) {
    const [written = '', ...rest] = parameter.split('=');
    const [name, value] = [querystring.unescape(written), rest.join('=')];
    if (names.includes(name) && !(value.match(ESCAPES) ?? []).every(isText)) return { name, value };
  }
  return null;
}

/** A percent sign that begins no escape stands for itself. */
const ESCAPES = /(?:%[0-9a-f]{2})+/gi;

const isText = (escapes: string): boolean => isUtf8(Buffer.from(escapes.replaceAll('%', ''), 'hex'));
