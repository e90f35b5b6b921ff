// Makes an API key with one token, adds it to the file, and says both: the token for the only time.
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { apiKeyEntry, readApiKeyEntries } from '../config/api-keys-file';
import { ConfigError } from '../config/config-error';
import { replaceFile } from './replace-file';

export interface NewKey {
  readonly workspace: string;
  /** Of the token. */
  readonly name: string;
  readonly dialects: readonly string[];
  readonly file: string;
}

/** 256 bits: twice what contract 6 asks for. */
const SECRET_BYTES = 32;

/** Throws a ConfigError for an option that is wrong, or a file that is not sound or cannot be written. */
export function newKey({ workspace, name, dialects, file }: NewKey): string {
  const apiKey = `csk_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  const token = `cst_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  const sha256 = createHash('sha256').update(token).digest('hex');
  if (file === '') throw new ConfigError('--file: it is empty, and must name a file.');
  const entry = { workspace, apiKey, tokens: [{ name, sha256 }], dialects };
  assertSound(entry);
  replaceFile(
    file,
    () => {
      const workspaces = [...(existsSync(file) ? readApiKeyEntries(file) : []), entry];
      return `${JSON.stringify({ workspaces }, null, 2)}\n`;
    },
    readApiKeyEntries,
  );
  return [
    `workspace          ${workspace}`,
    `x-velt-api-key     ${apiKey}`,
    `x-velt-auth-token  ${token}`,
    '',
    `${file} holds the key and a hash of the token. The token is shown only now: keep it.`,
    'An API whose API_KEYS_FILE names it takes it up on SIGHUP (kill -HUP <pid>), or at its next start.',
  ].join('\n');
}

/** By which option each part of an entry is said. */
const OPTIONS: Readonly<Record<string, string>> = {
  workspace: '--workspace',
  tokens: '--name',
  dialects: '--dialects',
};

function assertSound(entry: object): void {
  const [issue] = apiKeyEntry.safeParse(entry).error?.issues ?? [];
  if (issue) throw new ConfigError(`${OPTIONS[String(issue.path[0])]}: ${issue.message}.`);
}
