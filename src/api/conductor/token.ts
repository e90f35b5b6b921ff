// POST /api/token: a session token for an API key and one of its auth tokens.
import { z } from 'zod';
import { credentialsOf } from '../../config/dialect-access';
import type { DialectOperation, Identify } from '../dialect';
import { jsonOf, readBytes } from '../json-body';
import type { ConductorAccess } from './authentication';
import { checked, tokenError } from './errors';
import { refusals } from './refusal-schema';

const credentials = z.object({
  keyId: z.string().meta({ description: 'An API key.' }),
  keySecret: z.string().meta({ description: 'One of its auth tokens.' }),
});

/** It is read before anyone is known. */
const BYTES_MAX = 16 * 1024;

/** The caller, by the credentials in the body, which the handler finds there. */
export const identifyByBody = ({ dialectAccess }: ConductorAccess): Identify => {
  return async (request, response) => {
    request.body = checked(credentials, jsonOf(await readBytes(request, response, BYTES_MAX)));
    const { keyId, keySecret } = request.body as z.output<typeof credentials>;
    return (
      dialectAccess.ofCredentials(credentialsOf(keyId, keySecret)) ??
      tokenError('INVALID_TOKEN', 'No such key and secret.')
    );
  };
};

export const giveToken = ({ conductorSessions }: ConductorAccess): DialectOperation => ({
  method: 'post',
  path: '/api/token',
  operationId: 'generateToken',
  summary: 'Take a token',
  description: 'It serves as `X-Authorization` for an hour.',
  body: { schema: credentials, example: { keyId: 'dev-api-key', keySecret: 'dev-auth-token' } },
  answers: {
    200: { description: 'The token.', body: z.object({ token: z.string() }) },
    413: { ...refusals[413], description: `The body is larger than ${BYTES_MAX / 1024} KiB.` },
  },
  async handle(_call, request, response) {
    const { keyId, keySecret } = request.body as z.output<typeof credentials>;
    response.json({ token: conductorSessions.issue(credentialsOf(keyId, keySecret)) });
  },
});
