// Whether a request comes from who knows the trigger's secret, as its provider shows it (contract 4 section 1).
import type { IncomingHttpHeaders } from 'node:http';
import { assertNever } from '../../definition/json';
import type { InboundWebhook } from '../../definition/trigger';
import { type SignatureForm, verifyBearer, verifyInbound } from '../../outbound/inbound-signature';

export interface Received {
  /** As they came; they are signed. */
  readonly bytes: Buffer;
  readonly headers: IncomingHttpHeaders;
}

export function isAuthentic({ bytes, headers }: Received, webhook: InboundWebhook, secret: string): boolean {
  if (webhook.authMode === 'bearer') {
    return readingsOf(textOf(headers, 'authorization')).some((given) => verifyBearer(secret, given));
  }
  const { header, ...form } = signatureOf(webhook);
  return readingsOf(textOf(headers, header)).some((given) => verifyInbound(bytes, secret, { ...form, given }));
}

/** Beyond ASCII some senders write a header in Latin-1, as Node.js reads it, and most in UTF-8 (RFC 9110 section 5.5 leaves it open). */
const readingsOf = (text: string): readonly string[] => [text, Buffer.from(text, 'latin1').toString('utf8')];

function signatureOf(webhook: InboundWebhook): SignatureForm & { readonly header: string } {
  const { provider } = webhook;
  switch (provider) {
    case 'velt':
      return { header: 'x-velt-signature', algorithm: 'sha256', prefix: 'sha256=' };
    case 'github':
      return { header: 'x-hub-signature-256', algorithm: 'sha256', prefix: 'sha256=' };
    case 'vercel':
      return { header: 'x-vercel-signature', algorithm: 'sha1', prefix: '' };
    case 'custom':
      return {
        header: webhook.signatureHeader ?? '',
        algorithm: webhook.signatureAlgorithm ?? 'sha256',
        prefix: webhook.signaturePrefix ?? '',
      };
    default:
      return assertNever(provider);
  }
}

/** A header's text; '' when it is missing. */
export function textOf(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}
