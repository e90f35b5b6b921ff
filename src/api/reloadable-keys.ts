// API_KEYS_FILE is read again on SIGHUP; a file that is not sound changes nothing (contract 1 section 2, contract 6).
import type { Config } from '../config';
import { type ApiKeys, readApiKeysFile } from '../config/api-keys-file';
import type { Logger } from '../logger';

export interface ReloadableKeys extends ApiKeys {
  stop(): void;
}

/** Requests that are under way keep what they were let in with. */
export function reloadableKeys({ apiKeys, apiKeysFile }: Config, logger: Logger): ReloadableKeys {
  let current = apiKeys;
  const reload = () => {
    if (apiKeysFile === null) return;
    try {
      current = readApiKeysFile(apiKeysFile);
      logger.info({ file: apiKeysFile }, 'the API keys were read again');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      logger.error({ reason }, 'the API keys could not be read again; those of before stay');
    }
  };
  // Without a file there is nothing to read, and the end of a terminal ends the process, as usual.
  if (apiKeysFile !== null) process.on('SIGHUP', reload);
  return {
    authenticate: (apiKey, token) => current.authenticate(apiKey, token),
    workspaceOf: (apiKey) => current.workspaceOf(apiKey),
    dialects: {
      ofToken: (token) => current.dialects.ofToken(token),
      ofCredentials: (credentials) => current.dialects.ofCredentials(credentials),
      ofApiKey: (apiKey) => current.dialects.ofApiKey(apiKey),
      anonymous: () => current.dialects.anonymous(),
    },
    stop: () => void process.off('SIGHUP', reload),
  };
}
