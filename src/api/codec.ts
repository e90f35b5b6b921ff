// POST /codec/decode and /codec/encode: lets the Temporal UI and CLI read encrypted payloads, for operators who have a
// token (Temporal's codec server protocol; docs/security.md).
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Payload, PayloadCodec } from '@temporalio/common';
import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import { PayloadCodecError } from '../temporal/payload-codec';
import type { Gate } from './edge/gate';
import { ApiError } from './errors';
import { nothingAt } from './unknown-route';

export interface CodecAccess {
  /** SHA-256 of each operator's token. */
  readonly tokens: readonly Buffer[];
  /** Exact origins of Temporal UIs, such as https://temporal.acme.com. */
  readonly origins: readonly string[];
}

/** The UI sends a page of history at once. */
const BODY_BYTES_MAX = '16mb';

/** A Payloads message as proto3 JSON: bytes are base64. */
const payloads = z.object({
  payloads: z
    .array(z.object({ metadata: z.record(z.string(), z.string()).optional(), data: z.string().optional() }))
    .default([]),
});

/** Whoever guesses tokens is slowed down by the gate, as everywhere. */
export function codecEndpoint(codec: PayloadCodec, { tokens, origins }: CodecAccess, gate: Gate): Router {
  const router = Router();
  router.use('/codec', allowOrigin(origins));
  router.use('/codec', authorise(tokens, gate));
  router.use('/codec', express.json({ limit: BODY_BYTES_MAX, type: () => true }));
  router.post(
    ['/codec/decode', '/codec/:namespace/decode'],
    answering((all) => codec.decode(all)),
  );
  router.post(
    ['/codec/encode', '/codec/:namespace/encode'],
    answering((all) => codec.encode(all)),
  );
  router.use('/codec', unknownRoute);
  return router;
}

/** As everywhere, a method that a path does not have is not found (contract 1 section 1). */
const unknownRoute: RequestHandler = (request) => {
  throw new ApiError('NOT_FOUND', `${nothingAt(request)}; there are POST /codec/decode and POST /codec/encode.`);
};

function answering(transform: (all: Payload[]) => Promise<Payload[]>): RequestHandler {
  return async (request: Request, response: Response) => {
    const parsed = payloads.safeParse(request.body);
    if (!parsed.success) throw new ApiError('INVALID_ARGUMENT', 'expected { "payloads": [{ "metadata", "data" }] }');
    try {
      const transformed = await transform(parsed.data.payloads.map(fromJson));
      response.json({ payloads: transformed.map(toJson) });
    } catch (error) {
      if (error instanceof PayloadCodecError) throw new ApiError('INVALID_ARGUMENT', error.message);
      throw error;
    }
  };
}

const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64');
const base64 = (data: Uint8Array): string => Buffer.from(data).toString('base64');
const mapped = <T, U>(object: Record<string, T>, change: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]));

const fromJson = ({ metadata, data }: z.output<typeof payloads>['payloads'][number]): Payload => ({
  metadata: mapped(metadata ?? {}, bytes),
  data: bytes(data ?? ''),
});
const toJson = ({ metadata, data }: Payload): object => ({
  metadata: mapped(metadata ?? {}, base64),
  data: base64(data ?? new Uint8Array()),
});

/** Answers the browser's question beforehand; a page of any other origin is told nothing. */
function allowOrigin(origins: readonly string[]): RequestHandler {
  return (request, response, next) => {
    const { origin } = request.headers;
    response.setHeader('vary', 'origin');
    if (origin !== undefined && origins.includes(origin)) {
      response.setHeader('access-control-allow-origin', origin);
      response.setHeader('access-control-allow-credentials', 'true');
      response.setHeader('access-control-allow-methods', 'POST');
      response.setHeader('access-control-allow-headers', 'authorization, content-type, x-namespace');
    }
    if (request.method === 'OPTIONS') response.status(204).end();
    else next();
  };
}

/** A token as `Bearer`, which the CLI and a UI with single sign-on send, or as the password that a browser asks for. */
function authorise(tokens: readonly Buffer[], gate: Gate): RequestHandler {
  return async (request, response, next) => {
    const digest = createHash('sha256').update(tokenIn(request.headers.authorization)).digest();
    // Every token is compared, in constant time.
    const isKnown = tokens.map((token) => timingSafeEqual(token, digest)).includes(true);
    // A browser asks for the password only when it is asked for it: that nothing was sent is no guess.
    if (request.headers.authorization === undefined) {
      response.setHeader('www-authenticate', CHALLENGE);
      throw UNKNOWN_TOKEN;
    }
    if (!isKnown) response.setHeader('www-authenticate', CHALLENGE);
    const { leave } = await gate.admitBearer(request, isKnown ? { share: 'codec' } : UNKNOWN_TOKEN);
    if (response.closed) return leave();
    response.once('close', leave);
    next();
  };
}

const CHALLENGE = 'Basic realm="Countersign codec", charset="UTF-8"';
const UNKNOWN_TOKEN = new ApiError(
  'UNAUTHENTICATED',
  'Reading encrypted payloads needs a token of CODEC_TOKENS, as Bearer or as the password of Basic.',
);

function tokenIn(authorization = ''): string {
  const [scheme = '', credentials = ''] = authorization.split(' ', 2);
  if (/^bearer$/i.test(scheme)) return credentials;
  if (!/^basic$/i.test(scheme)) return '';
  const decoded = bytes(credentials).toString('utf8');
  return decoded.slice(decoded.indexOf(':') + 1);
}
