// Who calls: an API key and one of its auth tokens, in headers only (contract 1 sections 1 and 2).

import type { Request } from 'express';
import type { ApiKeys } from '../config/api-keys-file';
import { assertNever } from '../definition/json';
import { ApiError } from './errors';

export interface Caller {
  readonly workspace: string;
  readonly apiKey: string;
  /** The name of the token, for the log. */
  readonly tokenName: string;
}

/** The caller, or the refusal. */
export type Identified = Caller | ApiError | Promise<Caller | ApiError>;

/** The caller, or the refusal: UNAUTHENTICATED or PERMISSION_DENIED. */
export function identify(request: Request, apiKeys: ApiKeys): Caller | ApiError {
  const apiKey = request.headers['x-velt-api-key'];
  const token = request.headers['x-velt-auth-token'];
  if (typeof apiKey !== 'string' || apiKey === '') return missing('x-velt-api-key');
  if (typeof token !== 'string' || token === '') return missing('x-velt-auth-token');
  const result = apiKeys.authenticate(apiKey, token);
  switch (result.kind) {
    case 'ok':
      return { workspace: result.workspace, apiKey, tokenName: result.tokenName };
    case 'unknown-key':
      return new ApiError('UNAUTHENTICATED', 'The API key in x-velt-api-key is not known.');
    case 'unknown-token':
      return new ApiError('PERMISSION_DENIED', 'The token in x-velt-auth-token is not registered for this API key.');
    default:
      return assertNever(result);
  }
}

const missing = (name: string): ApiError => new ApiError('UNAUTHENTICATED', `The header ${name} is missing.`);
