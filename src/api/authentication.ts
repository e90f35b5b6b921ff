// Who calls: an API key and one of its auth tokens, in headers only (contract 1 sections 1 and 2).
import type { Request } from 'express';
import type { ApiKeys } from '../config/api-keys-file';
import { ApiError } from './errors';

/** The workspace of the caller. Throws UNAUTHENTICATED or PERMISSION_DENIED. */
export function authenticate(request: Request, apiKeys: ApiKeys): string {
  const apiKey = headerOf(request, 'x-velt-api-key');
  const token = headerOf(request, 'x-velt-auth-token');
  const result = apiKeys.authenticate(apiKey, token);
  if (result.kind === 'ok') return result.workspace;
  if (result.kind === 'unknown-key')
    throw new ApiError('UNAUTHENTICATED', 'The API key in x-velt-api-key is not known.');
  throw new ApiError('PERMISSION_DENIED', 'The token in x-velt-auth-token is not registered for this API key.');
}

function headerOf(request: Request, name: string): string {
  const value = request.headers[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new ApiError('UNAUTHENTICATED', `The header ${name} is missing.`);
}
