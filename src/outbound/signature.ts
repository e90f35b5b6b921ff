// Signs webhooks in both forms of contract 3 section 1, and verifies the simpler one for receivers of our own.
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface Signed {
  readonly eventId: string;
  /** The raw body: exactly these bytes are signed and sent. */
  readonly body: string;
  readonly secret: string;
  /** From 0. */
  readonly attempt: number;
  /** When this attempt is made, in epoch milliseconds: receivers may refuse what is old. */
  readonly at: number;
}

/** The headers of one attempt: `x-velt-*` over the body, and Standard Webhooks over id, time and body. */
export function signedHeaders({ eventId, body, secret, attempt, at }: Signed): Record<string, string> {
  const seconds = Math.floor(at / 1000);
  const standard = createHmac('sha256', standardKey(secret)).update(`${eventId}.${seconds}.${body}`).digest('base64');
  return {
    'content-type': 'application/json',
    'x-velt-signature': bodySignature(body, secret),
    'x-velt-event-id': eventId,
    'x-velt-attempt': String(attempt),
    'webhook-id': eventId,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${standard}`,
  };
}

/** Whether `x-velt-signature` belongs to these bytes; takes the same time however much of it is right. */
export function verifySignature(body: string, secret: string, signature: string): boolean {
  const expected = Buffer.from(bodySignature(body, secret));
  const given = Buffer.from(signature);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** `sha256=<hex>` with the secret's UTF-8 bytes as the key. */
function bodySignature(body: string, secret: string): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

/** The base64 rest of a `whsec_` secret when it is strictly valid standard base64, else the secret's UTF-8 bytes. */
function standardKey(secret: string): Buffer {
  const encoded = /^whsec_(.+)$/s.exec(secret)?.[1];
  if (encoded === undefined) return Buffer.from(secret);
  const decoded = Buffer.from(encoded, 'base64');
  return decoded.toString('base64') === encoded ? decoded : Buffer.from(secret);
}
