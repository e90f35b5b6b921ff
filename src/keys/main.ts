// `npm run keys -- new | list`: makes and shows the entries of API_KEYS_FILE.
import { parseArgs } from 'node:util';
import { ConfigError } from '../config/config-error';
import { listKeys } from './list';
import { newKey } from './new';

const USAGE = `npm run keys -- new --workspace acme [--name ci] [--dialects conductor,flowker] [--file config/api-keys.json]
npm run keys -- list [--file config/api-keys.json]`;

function main(): string {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      workspace: { type: 'string' },
      name: { type: 'string', default: 'default' },
      dialects: { type: 'string', default: '' },
      file: { type: 'string', default: process.env.API_KEYS_FILE || 'config/api-keys.json' },
    },
  });
  const { workspace, name, dialects, file } = values;
  const [verb, ...rest] = positionals;
  if (rest.length === 0 && verb === 'list') return listKeys(file);
  if (rest.length === 0 && verb === 'new' && workspace !== undefined) {
    return newKey({ workspace, name, dialects: dialects.split(',').filter(Boolean), file });
  }
  throw new ConfigError(`Say what to do:\n${USAGE}`);
}

try {
  process.stdout.write(`${main()}\n`);
} catch (error) {
  if (!(error instanceof Error)) throw error;
  const isOfOptions = 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`${error.message}\n${isOfOptions ? `${USAGE}\n` : ''}`);
  process.exitCode = 1;
}
