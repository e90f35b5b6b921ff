// Shows who is in the file, without anything that would let in.
import { existsSync } from 'node:fs';
import { readApiKeyEntries } from '../config/api-keys-file';
import { ConfigError } from '../config/config-error';

/** So much of a key tells it from others; of a short one a quarter, for a key alone lets in a client of Flowker. */
const SHOWN_CHARACTERS = 8;
const shown = (apiKey: string): string => apiKey.slice(0, Math.min(SHOWN_CHARACTERS, apiKey.length / 4));

export function listKeys(file: string): string {
  if (!existsSync(file)) {
    throw new ConfigError(
      `There is no ${file}: "npm run keys -- new --workspace acme" makes it; --file names another.`,
    );
  }
  const rows = readApiKeyEntries(file).map(({ workspace, apiKey, tokens, dialects }) => [
    workspace,
    `${shown(apiKey)}...`,
    tokens.map(({ name }) => name).join(', '),
    dialects.join(', ') || '-',
  ]);
  const table = [['workspace', 'API key', 'tokens', 'dialects'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
