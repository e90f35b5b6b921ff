import { expect, test } from '@jest/globals';
import { findTrigger } from '../../../src/api/inbound/find-trigger';
import { createSealer, parseSecretKeys } from '../../../src/outbound/seal';

const sealerOf = (id: string, byte: number) =>
  createSealer(parseSecretKeys(`${id}:${Buffer.alloc(32, byte).toString('base64')}`));

test("a trigger whose secret's key is gone is unavailable until that is back, and says what is missing", async () => {
  const place = { workspace: 'acme', kind: 'definition', id: 'review' } as const;
  const sealedSecret = sealerOf('old', 1).seal('a-secret-of-enough-characters', place);
  const inboundWebhook = { authMode: 'hmac', provider: 'github', payloadMapping: 'pass-through', sealedSecret };
  const record = { triggers: [{ triggerId: 'push', inboundWebhook }] };
  const definitions = { forDispatch: async () => ({ kind: 'found', record }) as never };
  const address = { definitionId: 'review', triggerId: 'push', standsIn: 'query' } as const;
  const find = (id: string, byte: number) => findTrigger({ definitions, sealer: sealerOf(id, byte) }, 'acme', address);
  expect((await find('old', 1)).secret).toBe('a-secret-of-enough-characters');
  await expect(find('new', 2)).rejects.toMatchObject({
    status: 'UNAVAILABLE',
    message: expect.stringContaining('is its key still in SECRET_KEYS?'),
  });
});
