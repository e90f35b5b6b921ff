// How Temporal answers the API, and what the SDK's native part measures of itself.
import { Histogram } from 'prom-client';
import { addSource, registry } from './registry';

const calls = new Histogram({
  name: 'countersign_temporal_call_duration_seconds',
  help: 'How long the API waited for Temporal, by what came of it: ok, or the status that was answered.',
  labelNames: ['outcome'],
  buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4],
  registers: [registry],
});

/** `ok`, or the canonical status that the caller got. */
export const countTemporalCall = (outcome: string, seconds: number): void => calls.observe({ outcome }, seconds);

const ANSWER_MS_MAX = 1_000;

/** The SDK serves its metrics (`temporal_...`) on this port of the loopback interface; they are shown among ours. */
export function showSdkMetrics(port: number): void {
  addSource(async () => {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(ANSWER_MS_MAX) });
    return response.ok ? response.text() : '';
  });
}
