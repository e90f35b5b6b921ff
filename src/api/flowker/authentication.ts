// Who calls as Flowker's client: an API key that may be used so, alone (contract 5 section 2).
import type { DialectAccess } from '../../config/dialect-access';
import type { Identify } from '../dialect';
import { ApiError } from '../errors';

export const identifyFlowker = (access: DialectAccess): Identify => {
  return (request) => {
    const apiKey = request.headers['x-api-key'];
    if (typeof apiKey !== 'string' || apiKey === '') {
      return new ApiError('UNAUTHENTICATED', 'The header X-API-Key is missing.');
    }
    const caller = access.ofApiKey(apiKey);
    return caller ?? new ApiError('UNAUTHENTICATED', 'The API key in X-API-Key is not known, or not for use here.');
  };
};
