// What came of dispatches and decisions.
import { Counter } from 'prom-client';
import { registry } from './registry';

export type EngineOutcome = 'dispatched' | 'deduplicated' | 'word-recorded' | 'word-not-recorded' | 'cancelled';

const outcomes = new Counter({
  name: 'countersign_engine_outcomes_total',
  help: 'Dispatches (new or replayed), words on steps (recorded or not), and cancelled executions.',
  labelNames: ['outcome'],
  registers: [registry],
});

export const countOutcome = (outcome: EngineOutcome): void => outcomes.inc({ outcome });
