// Who may call: workspaces, their API keys and the hashes of their auth tokens (contract 1 section 2, contract 6).
import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { ConfigError } from './config-error';
import { type DialectAccess, dialectAccess } from './dialect-access';
import { readJsonFile } from './json-file';

export type Authentication =
  | { readonly kind: 'ok'; readonly workspace: string; readonly tokenName: string }
  | { readonly kind: 'unknown-key' }
  /** The key is known, and the token is not one of its tokens. */
  | { readonly kind: 'unknown-token' };

export interface ApiKeys {
  authenticate(apiKey: string, token: string): Authentication;
  /** Whose key this is, or null. It authorises nothing: keys stand in the addresses of webhooks. */
  workspaceOf(apiKey: string): string | null;
  readonly dialects: DialectAccess;
}

const WORKSPACE = /^[a-z0-9-]{1,32}$/;
const NAME_RULE = "a token's name is 1 to 100 characters";

export const apiKeyEntry = z.strictObject({
  workspace: z.string().regex(WORKSPACE, 'a workspace is 1 to 32 of a-z 0-9 -'),
  apiKey: z
    .string()
    .min(8)
    .max(200)
    .regex(
      /^[\x21-\x7e\xa1-\xff][\x20-\x7e\xa0-\xff]*[\x21-\x7e\xa1-\xff]$/,
      'an apiKey stands in a header: no control characters, none beyond U+00FF, and no blanks at its ends',
    ),
  tokens: z
    .array(
      z.strictObject({
        name: z.string().min(1, NAME_RULE).max(100, NAME_RULE),
        sha256: z.string().regex(/^[0-9a-f]{64}$/i, 'sha256 is the hex SHA-256 of the token'),
      }),
    )
    .min(1),
  dialects: z.array(z.enum(['conductor', 'flowker'], 'a dialect is conductor or flowker')).default([]),
});

const file = z.strictObject({ workspaces: z.array(apiKeyEntry).min(1) });

export type ApiKeyEntry = z.output<typeof apiKeyEntry>;

/** Reads `API_KEYS_FILE`. A workspace may stand in it several times, an API key once. */
export function readApiKeysFile(path: string): ApiKeys {
  const entries = readApiKeyEntries(path);
  return apiKeysOf(entries, dialectAccess(entries));
}

/** The entries as they stand in the file. Throws a ConfigError. */
export function readApiKeyEntries(path: string): readonly ApiKeyEntry[] {
  const { workspaces } = readJsonFile('API_KEYS_FILE', path, file);
  const keys = workspaces.map((entry) => entry.apiKey);
  const twice = workspaces.find((entry, index) => keys.indexOf(entry.apiKey) < index);
  if (twice)
    throw new ConfigError(`API_KEYS_FILE: an apiKey of workspace "${twice.workspace}" stands in ${path} twice.`);
  return workspaces;
}

/** The credentials of development mode; printed at start. */
export const DEVELOPMENT_CREDENTIALS = { workspace: 'dev', apiKey: 'dev-api-key', token: 'dev-auth-token' } as const;

const DEVELOPMENT_ENTRIES: readonly ApiKeyEntry[] = [
  {
    workspace: DEVELOPMENT_CREDENTIALS.workspace,
    apiKey: DEVELOPMENT_CREDENTIALS.apiKey,
    tokens: [{ name: 'dev', sha256: sha256(DEVELOPMENT_CREDENTIALS.token).toString('hex') }],
    dialects: ['conductor', 'flowker'],
  },
];

/** A client of Conductor runs here without keys (contract 5 section 1). */
export const DEVELOPMENT_WORKSPACE: ApiKeys = apiKeysOf(
  DEVELOPMENT_ENTRIES,
  dialectAccess(DEVELOPMENT_ENTRIES, { isAnonymousAllowed: true }),
);

/** Keys and tokens are compared as hashes, in constant time, so an answer's time tells nothing of them. */
function apiKeysOf(entries: readonly ApiKeyEntry[], dialects: DialectAccess): ApiKeys {
  const byKey = new Map(
    entries.map(({ workspace, apiKey, tokens }) => [
      sha256(apiKey).toString('hex'),
      { workspace, tokens: tokens.map((token) => ({ name: token.name, hash: Buffer.from(token.sha256, 'hex') })) },
    ]),
  );
  return {
    workspaceOf: (apiKey) => byKey.get(sha256(apiKey).toString('hex'))?.workspace ?? null,
    authenticate(apiKey, token) {
      const entry = byKey.get(sha256(apiKey).toString('hex'));
      if (!entry) return { kind: 'unknown-key' };
      const hash = sha256(token);
      const known = entry.tokens.filter((candidate) => timingSafeEqual(candidate.hash, hash));
      const [match] = known;
      if (!match) return { kind: 'unknown-token' };
      return { kind: 'ok', workspace: entry.workspace, tokenName: match.name };
    },
    dialects,
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
