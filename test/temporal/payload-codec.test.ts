import { describe, expect, test } from '@jest/globals';
import { defaultPayloadConverter, type PayloadCodec } from '@temporalio/common';
import type { Config } from '../../src/config';
import { parseSecretKeys } from '../../src/outbound/seal';
import { dataConverterOf, payloadCodec } from '../../src/temporal/payload-codec';

const key = (id: string, byte: number) => `${id}:${Buffer.alloc(32, byte).toString('base64')}`;
const codecWith = (...keys: string[]) => payloadCodec(parseSecretKeys(keys.join(',')));
const [OLD, NEW] = [key('old', 1), key('new', 2)];
const payload = defaultPayloadConverter.toPayload({ text: 'Grüße' });
const opened = async (codec: ReturnType<typeof codecWith>, encoded: any) =>
  defaultPayloadConverter.fromPayload((await codec.decode([encoded]))[0]!);

describe('the payload codec', () => {
  test('after a rotation the first key encrypts, and the older one still decrypts', async () => {
    const [before] = await codecWith(OLD).encode([payload]);
    const rotated = codecWith(NEW, OLD);
    const [after] = await rotated.encode([payload]);
    expect(Buffer.from(after!.metadata!['encryption-key-id']!).toString()).toBe('new');
    for (const encoded of [before, after]) expect(await opened(rotated, encoded)).toEqual({ text: 'Grüße' });
    await expect(codecWith(OLD).decode([after!])).rejects.toThrow(/"new", which is not in SECRET_KEYS/);
  });

  test('what was changed is refused, and two encryptions differ', async () => {
    const codec = codecWith(OLD);
    const [one, other] = await codec.encode([payload, payload]);
    expect(one!.data).not.toEqual(other!.data);
    const data = Buffer.from(one!.data!);
    data[20]! ^= 1;
    await expect(codec.decode([{ ...one, data }])).rejects.toThrow(/was changed/);
    await expect(codec.decode([{ ...one, data: Buffer.alloc(3) }])).rejects.toThrow(/was changed/);
  });

  test('when it is off encrypts nothing, and still reads what was encrypted', async () => {
    const secretKeys = parseSecretKeys(OLD);
    const converterOf = (isOn: boolean) => dataConverterOf({ secretKeys, payloadCodec: { isOn } } as Config);
    const [on, off] = [true, false].map((isOn) => converterOf(isOn).payloadCodecs?.[0] as PayloadCodec);
    const [encrypted] = await on!.encode([payload]);
    expect(encrypted).not.toEqual(payload);
    expect(await off!.encode([payload])).toEqual([payload]);
    for (const written of [encrypted, payload]) expect(await opened(off!, written)).toEqual({ text: 'Grüße' });
  });
});
