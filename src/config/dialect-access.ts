// Who may call in a dialect: by one credential alone, where the approval API wants two (contract 5).
import { createHash } from 'node:crypto';
import { ConfigError } from './config-error';

type Dialect = 'conductor' | 'flowker';

/** Of the entries of API_KEYS_FILE, what counts here. */
interface KeyEntry {
  readonly workspace: string;
  readonly apiKey: string;
  readonly tokens: readonly { readonly name: string; readonly sha256: string }[];
  readonly dialects: readonly Dialect[];
}

export interface DialectCaller {
  readonly workspace: string;
  readonly apiKey: string;
  /** The name of the token; of a caller without one, the dialect's. */
  readonly tokenName: string;
}

/** What a session token stands for: hashes, so that it shows neither. */
export interface Credentials {
  readonly apiKeyHash: string;
  readonly tokenHash: string;
}

export interface DialectAccess {
  /** Conductor's callers send an auth token alone. */
  ofToken(token: string): DialectCaller | null;
  /** Whether the key and the token of a session are still there, and may still be used for Conductor. */
  ofCredentials(credentials: Credentials): DialectCaller | null;
  /** Flowker's callers send an API key alone. */
  ofApiKey(apiKey: string): DialectCaller | null;
  /** Of Conductor's callers without a token; null but in the development workspace. */
  anonymous(): DialectCaller | null;
}

/** Throws a ConfigError when a token that must tell the workspace stands in two. */
export function dialectAccess(
  entries: readonly KeyEntry[],
  { isAnonymousAllowed = false }: { readonly isAnonymousAllowed?: boolean } = {},
): DialectAccess {
  const byToken = new Map<string, DialectCaller>();
  const byCredentials = new Map<string, DialectCaller>();
  const byApiKey = new Map<string, DialectCaller>();
  for (const { workspace, apiKey, tokens, dialects } of entries) {
    if (dialects.includes('flowker')) byApiKey.set(sha256(apiKey), { workspace, apiKey, tokenName: 'flowker' });
    if (!dialects.includes('conductor')) continue;
    for (const { name, sha256: hash } of tokens) {
      const tokenHash = hash.toLowerCase();
      const caller = { workspace, apiKey, tokenName: name };
      const other = byToken.get(tokenHash);
      if (other && other.workspace !== workspace) {
        throw new ConfigError(
          `API_KEYS_FILE: the token "${name}" stands in the workspaces "${other.workspace}" and "${workspace}", and Conductor's callers send nothing else; give each its own.`,
        );
      }
      byToken.set(tokenHash, other ?? caller);
      byCredentials.set(`${sha256(apiKey)} ${tokenHash}`, caller);
    }
  }
  const [first] = entries;
  return {
    ofToken: (token) => byToken.get(sha256(token)) ?? null,
    ofCredentials: ({ apiKeyHash, tokenHash }) => byCredentials.get(`${apiKeyHash} ${tokenHash}`) ?? null,
    ofApiKey: (apiKey) => byApiKey.get(sha256(apiKey)) ?? null,
    anonymous: () =>
      isAnonymousAllowed && first ? { workspace: first.workspace, apiKey: first.apiKey, tokenName: 'none' } : null,
  };
}

/** Of an API key and its auth token. */
export const credentialsOf = (apiKey: string, token: string): Credentials => ({
  apiKeyHash: sha256(apiKey),
  tokenHash: sha256(token),
});

/** What is looked up is the hash: how long that takes tells nothing of the text. */
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
