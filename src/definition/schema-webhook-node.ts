// The strict configuration of webhook nodes (contract 4 section 2), defaults filled in.
import { z } from 'zod';
import type { WebhookConfig } from './definition';
import { LIMITS } from './limits';
import { absentAs, absentable, text } from './schema-parts';

/** Of one hop only (RFC 9110 section 7.6.1), or made by the client that sends the request. */
const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  // Of each call, by which a receiver knows a repeat or verifies it.
  'idempotency-key',
  'webhook-id',
  'webhook-signature',
  'webhook-timestamp',
]);

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/, 'is no name of an HTTP header')
  .refine((name) => !/^x-velt-/i.test(name), 'x-velt-* headers are set by this system')
  .refine((name) => !RESERVED_HEADERS.has(name.toLowerCase()), 'this header is set by this system');

const headerValue = text(0, LIMITS.webhookHeaderLengthMax).regex(
  /^[\t\x20-\x7e]*$/,
  'a header value is printable ASCII, without line breaks',
);

/** Counted first: each name that is wrong would be told of, and a body has room for a hundred thousand. */
const requestHeaders = z.preprocess(
  (headers, context) => {
    const isObject = typeof headers === 'object' && headers !== null;
    if (!isObject || Object.keys(headers).length <= LIMITS.webhookHeadersMax) return headers;
    context.addIssue({ code: 'custom', message: `at most ${LIMITS.webhookHeadersMax} headers` });
    return z.NEVER;
  },
  z
    .record(headerName, headerValue, {
      // By itself zod says of a name that it is an invalid key, and not why.
      error: (issue) => (issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined),
    })
    .refine((headers) => {
      const names = Object.keys(headers).map((name) => name.toLowerCase());
      return new Set(names).size === names.length;
    }, 'two headers differ in case only'),
);

export const webhookNodeConfig = z
  .strictObject({
    url: text(1, LIMITS.urlLengthMax),
    mode: absentAs(z.enum(['sync', 'async']), 'sync' as const),
    method: absentAs(z.enum(['GET', 'POST']), 'POST' as const),
    authMode: absentAs(z.enum(['hmac', 'token', 'none']), 'hmac' as const),
    authTokenHeader: absentable(headerName),
    timeoutMs: absentAs(
      z.int().min(LIMITS.webhookTimeoutMsMin).max(LIMITS.webhookTimeoutMsMax),
      LIMITS.webhookTimeoutMsDefault,
    ),
    expectedStatusCodes: absentAs(z.array(z.int().min(200).max(599)).max(LIMITS.webhookStatusCodesMax), []),
    bodyTemplate: absentable(z.enum(['envelope', 'pass-through', 'none'])),
    requestHeaders: absentAs(requestHeaders, {}),
  })
  .transform((config, context): WebhookConfig => {
    const complain = (message: string, field: string) => context.addIssue({ code: 'custom', message, path: [field] });
    const { mode, method, authMode, requestHeaders: headers } = config;
    const authTokenHeader = config.authTokenHeader ?? (authMode === 'token' ? 'authorization' : undefined);
    const bodyTemplate = config.bodyTemplate ?? (method === 'GET' ? 'none' : 'envelope');
    if (method === 'GET' && bodyTemplate !== 'none') complain('a GET carries no body: use "none"', 'bodyTemplate');
    if (mode === 'async' && method === 'GET')
      complain('mode async needs POST: its body says where to call back', 'method');
    if (mode === 'async' && method === 'POST' && bodyTemplate === 'none') {
      complain('mode async needs a body: it says where to call back', 'bodyTemplate');
    }
    if (authMode !== 'token' && config.authTokenHeader !== undefined) {
      complain('authTokenHeader belongs to authMode token', 'authTokenHeader');
    }
    const isTwice = Object.keys(headers).some((name) => name.toLowerCase() === authTokenHeader?.toLowerCase());
    if (isTwice) complain('the header of the token must not be set here too', 'requestHeaders');
    return { ...config, authTokenHeader, bodyTemplate };
  });
