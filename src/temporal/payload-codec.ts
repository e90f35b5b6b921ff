// Encrypts every payload before it leaves for Temporal, and decrypts what comes back (contract 3 section 3): inputs,
// results, signals, memos, heartbeats, summaries. Switched on by PAYLOAD_CODEC; needs nothing of the server.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import type { Config } from '../config';

const { Payload: PayloadProto } = temporal.api.common.v1;

const ENCODING = 'binary/encrypted';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID = 'encryption-key-id';

/** A payload that cannot be decrypted; holds nothing of it. */
export class PayloadCodecError extends Error {
  override readonly name = 'PayloadCodecError';
}

/**
 * AES-256-GCM with keys derived from SECRET_KEYS: the first one encrypts, each decrypts what it encrypted. What was not
 * encrypted passes as it is, so the codec can be switched on while executions are open.
 */
export function payloadCodec(secretKeys: Config['secretKeys']): PayloadCodec {
  const keys = new Map(secretKeys.map(({ keyId, key }) => [keyId, derived(key)]));
  const [first] = secretKeys;
  if (!first) throw new RangeError('a payload codec needs at least one key');
  return {
    encode: async (payloads) => payloads.map((payload) => encrypt(payload, first.keyId, keys.get(first.keyId))),
    decode: async (payloads) => payloads.map((payload) => decrypt(payload, keys)),
  };
}

/**
 * For clients and workers alike. Off, nothing is encrypted, and what was encrypted is read all the same: the codec may have been
 * on before, and while it is switched some processes write what others, which have it off, must read.
 */
export function dataConverterOf({ secretKeys, payloadCodec: { isOn } }: Config): DataConverter {
  const codec = payloadCodec(secretKeys);
  return { payloadCodecs: [isOn ? codec : { ...codec, encode: async (payloads) => payloads }] };
}

/** The values of payloads that were read raw, past the SDK. */
export async function decodedWith(client: Client, payloads: readonly Payload[]): Promise<readonly unknown[]> {
  const { payloadCodecs, payloadConverter } = client.options.loadedDataConverter;
  let plain = [...payloads];
  for (const codec of [...payloadCodecs].reverse()) plain = await codec.decode(plain);
  return plain.map((payload) => payloadConverter.fromPayload(payload));
}

/** The keys that seal secrets are used for nothing else. */
const derived = (key: Buffer): Buffer =>
  Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), 'countersign payload codec', key.length));

function encrypt(payload: Payload, keyId: string, key: Buffer | undefined): Payload {
  if (!key) throw new PayloadCodecError('there is no key to encrypt with');
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(keyId));
  const plain = PayloadProto.encode(payload).finish();
  return {
    metadata: { encoding: Buffer.from(ENCODING), [KEY_ID]: Buffer.from(keyId) },
    data: Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]),
  };
}

function decrypt(payload: Payload, keys: ReadonlyMap<string, Buffer>): Payload {
  const { metadata, data } = payload;
  if (text(metadata?.encoding) !== ENCODING) return payload;
  const keyId = text(metadata?.[KEY_ID]);
  const key = keys.get(keyId);
  if (!key)
    throw new PayloadCodecError(
      `The payload was encrypted with the key "${keyId.slice(0, 32)}", which is not in SECRET_KEYS.`,
    );
  const bytes = Buffer.from(data ?? []);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES)).setAAD(Buffer.from(keyId));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    const ciphertext = bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES);
    return PayloadProto.decode(Buffer.concat([decipher.update(ciphertext), decipher.final()]));
  } catch {
    throw new PayloadCodecError('The payload was changed, or is none of ours.');
  }
}

const text = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('utf8');
