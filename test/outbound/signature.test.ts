import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { signedHeaders, verifySignature } from '../../src/outbound/signature';

const body = JSON.stringify({ event: 'step.completed', text: 'Grüße 🎉' });
const signed = (secret: string, attempt = 0, at = Date.now()) =>
  signedHeaders({ eventId: 'evt_exec_1_7', body, secret, attempt, at });

describe('the signature of a webhook', () => {
  test('x-velt-signature is the HMAC-SHA256 of the raw body with the bytes of the secret, whsec_ or not', () => {
    for (const secret of ['a-plain-secret-of-some-length', `whsec_${Buffer.alloc(24, 3).toString('base64')}`]) {
      const expected = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
      expect(signed(secret)['x-velt-signature']).toBe(expected);
      expect(verifySignature(body, secret, expected)).toBe(true);
    }
  });

  test('the Standard Webhooks headers verify with the independent library, for a whsec_ secret', () => {
    const secret = `whsec_${Buffer.alloc(24, 5).toString('base64')}`;
    expect(new Webhook(secret).verify(body, signed(secret))).toEqual(JSON.parse(body));
  });

  test('they verify with the UTF-8 bytes of any other secret, also of one that only looks like base64', () => {
    for (const secret of ['plain-secret-Ω-0123456789', 'whsec_9a8fS2l...', 'whsec_abc', 'whsec_YWJj ']) {
      const key = Buffer.from(secret).toString('base64');
      expect(new Webhook(key).verify(body, signed(secret))).toEqual(JSON.parse(body));
    }
  });

  test('an attempt says which one it is, and when it was made', () => {
    expect(signed('0123456789abcdef', 3, 1_700_000_000_999)).toMatchObject({
      'content-type': 'application/json',
      'x-velt-event-id': 'evt_exec_1_7',
      'x-velt-attempt': '3',
      'webhook-id': 'evt_exec_1_7',
      'webhook-timestamp': '1700000000',
    });
  });

  test.each([['another body'], ['']])('a signature does not fit %j', (other) => {
    const signature = signed('0123456789abcdef')['x-velt-signature'] as string;
    expect(verifySignature(other, '0123456789abcdef', signature)).toBe(false);
    expect(verifySignature(body, '0123456789abcdeX', signature)).toBe(false);
    expect(verifySignature(body, '0123456789abcdef', signature.slice(0, -1))).toBe(false);
  });
});
