// Webhooks of every provider, signed as the trigger wants it, and signed in every wrong way.
import { createHmac } from 'node:crypto';
import { type ApiHarness, CREDENTIALS } from '../harness';
import type { Foreign } from './foreign';
import type { FuzzRequest } from './mutate';

const SECRET = 'the-secret-of-fuzzed-triggers';
const PATH = '/v2/workflow/webhook-inbound/trigger';

interface Form {
  readonly header: string;
  readonly algorithm: 'sha1' | 'sha256';
  readonly prefix: string;
}

interface Provider {
  readonly trigger: object;
  /** Null: the secret itself, as a bearer token. */
  readonly form: Form | null;
  readonly headers: Record<string, string>;
  readonly body: object;
  /** Where the ids stand. */
  readonly idsIn: 'body' | 'query';
}

const PROVIDERS: Readonly<Record<string, Provider>> = {
  velt: {
    trigger: { authMode: 'hmac', allowedEvents: ['draft.ready', 'other'], idempotencyBodyPath: 'payload.event.id' },
    form: { header: 'x-velt-signature', algorithm: 'sha256', prefix: 'sha256=' },
    headers: {},
    body: { type: 'draft.ready', payload: { event: { id: 7 }, assets: [{ url: 'acme.com/a' }, null], n: 1.5 } },
    idsIn: 'body',
  },
  bearer: {
    trigger: { authMode: 'bearer', payloadMapping: 'wrap' },
    form: null,
    headers: {},
    body: { payload: ['anything', 1] },
    idsIn: 'body',
  },
  github: {
    trigger: { authMode: 'hmac', provider: 'github', allowedEvents: ['push'], idempotencyHeader: 'X-GitHub-Delivery' },
    form: { header: 'x-hub-signature-256', algorithm: 'sha256', prefix: 'sha256=' },
    headers: { 'x-github-event': 'push', 'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958' },
    body: { ref: 'refs/heads/main', commits: [{ id: 'a1', added: [] }], repository: { id: 1, private: false } },
    idsIn: 'query',
  },
  vercel: {
    trigger: { authMode: 'hmac', provider: 'vercel', allowedEvents: ['deployment.ready'], payloadMapping: 'wrap' },
    form: { header: 'x-vercel-signature', algorithm: 'sha1', prefix: '' },
    headers: { 'x-vercel-deployment-event': 'deployment.ready' },
    body: { type: 'deployment.ready', id: 'evt_1', payload: { deployment: { id: 'dpl_1' } } },
    idsIn: 'query',
  },
  custom: {
    trigger: {
      authMode: 'hmac',
      provider: 'custom',
      signatureHeader: 'X-Signature',
      signatureAlgorithm: 'sha1',
      signaturePrefix: 'v1:',
      eventNameHeader: 'X-Event',
      idempotencyHeader: 'X-Delivery',
      idempotencyBodyPath: 'a.b.c',
    },
    form: { header: 'x-signature', algorithm: 'sha1', prefix: 'v1:' },
    headers: { 'x-event': 'go' },
    body: { a: { b: { c: 'event-1' } }, list: [1, 2, 3] },
    idsIn: 'query',
  },
};

/** Nothing may ever start an execution of this definition. */
export const FORGED_DEFINITION = 'fuzz-inbound-forged';
const SIGNED_DEFINITION = 'fuzz-inbound-signed';

export async function inboundRequests(api: ApiHarness, foreign: Foreign): Promise<FuzzRequest[]> {
  const triggers = Object.entries(PROVIDERS).map(([triggerId, { trigger }]) => ({
    triggerId,
    inboundWebhook: { secret: SECRET, ...trigger },
  }));
  const nodes = [{ nodeId: 'review', type: 'human', config: { reviewerIds: ['ada'] } }];
  for (const definitionId of [SIGNED_DEFINITION, FORGED_DEFINITION]) {
    const { error } = await api.call('definitions/create', { definitionId, name: 'Inbound', nodes, triggers });
    if (error) throw new Error(error.message);
  }
  return [
    ...Object.keys(PROVIDERS).flatMap((triggerId) => [signed(triggerId), forged(triggerId)]),
    ...fromElsewhere(foreign),
  ];
}

function requestTo(definitionId: string, triggerId: string): FuzzRequest {
  const { headers, body, idsIn } = PROVIDERS[triggerId]!;
  const ids = { definitionId, triggerId };
  return {
    method: 'POST',
    path: idsIn === 'query' ? `${PATH}?${new URLSearchParams(ids)}` : PATH,
    headers: {
      'content-type': 'application/json',
      'x-velt-api-key': CREDENTIALS.one['x-velt-api-key'],
      ...headers,
    },
    body: JSON.stringify(idsIn === 'body' ? { ...ids, ...body } : body),
  };
}

function signed(triggerId: string): FuzzRequest {
  const { form } = PROVIDERS[triggerId]!;
  return {
    ...requestTo(SIGNED_DEFINITION, triggerId),
    sign: (bytes) => (form ? { [form.header]: signatureOf(bytes, form) } : { authorization: `Bearer ${SECRET}` }),
  };
}

function forged(triggerId: string): FuzzRequest {
  const { form } = PROVIDERS[triggerId]!;
  return {
    ...requestTo(FORGED_DEFINITION, triggerId),
    sign: form
      ? (bytes, random) => random.pick(WRONG_SIGNATURES)(bytes, form)
      : (bytes, random) => random.pick(WRONG_BEARERS)(bytes),
    isForged: true,
  };
}

/** A request of one workspace's key that is signed for another one's trigger, and the other way round. */
function fromElsewhere({ definitionId, triggerId, sign }: Foreign): FuzzRequest[] {
  const path = `${PATH}?${new URLSearchParams({ definitionId, triggerId })}`;
  const theirs = (bytes: Buffer) => ({ 'x-hub-signature-256': sign(bytes) });
  const ours = requestTo(SIGNED_DEFINITION, 'github');
  return [
    { ...ours, path, sign: theirs, isForged: true },
    {
      ...ours,
      headers: { ...ours.headers, 'x-velt-api-key': CREDENTIALS.two['x-velt-api-key'] },
      sign: (bytes) => ({ 'x-hub-signature-256': signatureOf(bytes, PROVIDERS.github!.form as Form) }),
      isForged: true,
    },
  ];
}

const hexOf = (bytes: Buffer | string, algorithm: 'sha1' | 'sha256', secret = SECRET): string =>
  createHmac(algorithm, secret).update(bytes).digest('hex');
const signatureOf = (bytes: Buffer, { algorithm, prefix }: Form): string => `${prefix}${hexOf(bytes, algorithm)}`;

type Wrong = (bytes: Buffer, form: Form) => Record<string, string>;
const otherThan = (algorithm: 'sha1' | 'sha256') => (algorithm === 'sha1' ? 'sha256' : 'sha1');

const WRONG_SIGNATURES: readonly Wrong[] = [
  () => ({}),
  (_bytes, { header }) => ({ [header]: '' }),
  (_bytes, { header, prefix }) => ({ [header]: prefix }),
  (bytes, { header, prefix, algorithm }) => ({ [header]: `${prefix}${hexOf(bytes, algorithm, 'another-secret-17')}` }),
  (bytes, { header, prefix, algorithm }) => ({
    [header]: `${prefix}${hexOf(Buffer.concat([bytes, Buffer.from(' ')]), algorithm)}`,
  }),
  (bytes, { header, prefix, algorithm }) => ({ [header]: `${prefix}${hexOf(bytes, otherThan(algorithm))}` }),
  (bytes, form) => ({ [form.header]: signatureOf(bytes, form).slice(0, -1) }),
  (bytes, form) => ({ [form.header]: `${signatureOf(bytes, form)}0` }),
  (bytes, form) => ({ [form.header]: signatureOf(bytes, form).toUpperCase() }),
  (bytes, form) => ({ [form.header]: `x${signatureOf(bytes, form)}` }),
  (bytes, form) => ({ [form.header]: `${signatureOf(bytes, form)}, ${signatureOf(bytes, form)}` }),
  (bytes, form) => ({ 'x-other-signature': signatureOf(bytes, form) }),
  () => ({ authorization: `Bearer ${SECRET}` }),
];

const WRONG_BEARERS: readonly ((bytes: Buffer) => Record<string, string>)[] = [
  () => ({}),
  () => ({ authorization: `Bearer ${SECRET}x` }),
  () => ({ authorization: `Bearer ${SECRET.slice(0, -1)}` }),
  () => ({ authorization: `Basic ${SECRET}` }),
  () => ({ authorization: SECRET }),
  () => ({ authorization: `Bearer ${SECRET.toUpperCase()}` }),
  (bytes) => ({ 'x-velt-signature': `sha256=${hexOf(bytes, 'sha256')}` }),
];
