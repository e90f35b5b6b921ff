// The headers of a caller of the approval API, with the credentials that a server takes in development.
import { DEVELOPMENT_CREDENTIALS } from '../src/config/api-keys-file';

export const HEADERS = {
  'content-type': 'application/json',
  'x-velt-api-key': DEVELOPMENT_CREDENTIALS.apiKey,
  'x-velt-auth-token': DEVELOPMENT_CREDENTIALS.token,
};
