// How many requests each operation answered, how, and how long it took.
import { Histogram } from 'prom-client';
import { registry } from './registry';

const durations = new Histogram({
  name: 'countersign_request_duration_seconds',
  help: 'Time from the request to the end of its answer, by operation and HTTP status.',
  labelNames: ['operation', 'status'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  registers: [registry],
});

/** `operation` must be one of ours, never what a caller wrote: each one is a time series. */
export function countRequest(operation: string, status: number, seconds: number): void {
  durations.observe({ operation, status: String(status) }, seconds);
}
