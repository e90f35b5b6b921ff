// What came of each attempt to deliver an event.
import { Counter } from 'prom-client';
import { registry } from './registry';

export type CountedOutcome = 'delivered' | 'refused' | 'forbidden' | 'failed';

const attempts = new Counter({
  name: 'countersign_delivery_attempts_total',
  help: 'Attempts to deliver events: delivered (2xx), refused (any other status), forbidden (never sent), failed (no answer).',
  labelNames: ['outcome'],
  registers: [registry],
});

export const countAttempt = (outcome: CountedOutcome): void => attempts.inc({ outcome });
