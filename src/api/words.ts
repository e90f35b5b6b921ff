// In whose words a refusal is said: the callers of a dialect and the senders of webhooks read their own, whoever refuses.
import type { ServerResponse } from 'node:http';
import type { RequestHandler } from 'express';
import { inConductorsWords } from './conductor/errors';
import type { ApiError } from './errors';
import { inFlowkersWords } from './flowker/errors';
import { inboundWords } from './inbound/answer';

/** The body in which a refusal is said. */
type Words = (refusal: ApiError, requestId: string) => object;

/** By method and path, as Express tells paths apart. All others get the approval API's. */
const WORDS: readonly (readonly [RegExp, Words])[] = [
  [/^[A-Z-]+ \/api(?:\/|$)/i, inConductorsWords],
  [/^[A-Z-]+ \/v1\/(?:workflows|executions)(?:\/|$)/i, inFlowkersWords],
  [/^POST \/v[12]\/workflow\/webhook-inbound\/trigger\/?$/i, inboundWords],
];

/** Comes before whatever may refuse. */
export const chooseWords: RequestHandler = ({ method, path }, response, next) => {
  const [, words] = WORDS.find(([pattern]) => pattern.test(`${method} ${path}`)) ?? [];
  response.locals.words = words;
  next();
};

/** Of an answer that Express may not have come to. */
type Answer = ServerResponse & { readonly locals?: { readonly requestId?: string; readonly words?: Words } };

/** The body of a refusal. */
export function said(refusal: ApiError, { locals }: Answer): object {
  return locals?.words ? locals.words(refusal, String(locals.requestId)) : refusal.toBody();
}
