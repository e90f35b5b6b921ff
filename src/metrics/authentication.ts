// Who could not show who they are.
import { Counter } from 'prom-client';
import { registry } from './registry';

/**
 * `credentials`: an API key or its token, of whatever dialect; `bearer`: the token of a callback or of the codec endpoint;
 * `signature`: the signature, or the secret, of an inbound webhook.
 */
export type Proof = 'credentials' | 'bearer' | 'signature';

const failures = new Counter({
  name: 'countersign_failed_authentications_total',
  help: 'Requests refused for what they brought to authenticate: credentials, bearer (callbacks, codec), signature (inbound webhooks).',
  labelNames: ['proof'],
  registers: [registry],
});

/** Each is there from the start, so that the first failure is a rise for who watches. */
for (const proof of ['credentials', 'bearer', 'signature'] satisfies Proof[]) failures.inc({ proof }, 0);

export const countFailedAuthentication = (proof: Proof): void => failures.inc({ proof });
