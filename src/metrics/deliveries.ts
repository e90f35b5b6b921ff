// What came of each webhook request that was sent.
import { Counter } from 'prom-client';
import { registry } from './registry';

export type AttemptOutcome = 'delivered' | 'refused' | 'forbidden' | 'failed';

const attempts = new Counter({
  name: 'countersign_delivery_attempts_total',
  help: 'Webhook requests: delivered (2xx), refused (any other status), forbidden (never sent), failed (no answer).',
  labelNames: ['outcome'],
  registers: [registry],
});

export const countAttempt = (outcome: AttemptOutcome): void => attempts.inc({ outcome });
