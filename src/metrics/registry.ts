// What this process measures, as Prometheus reads it: one registry for API and worker, also when they share a process.
import { collectDefaultMetrics, Registry } from 'prom-client';

export const registry = new Registry();
/** Milliseconds between looks at the event loop's lag; the default of ten takes a hundredth of a core while nothing happens. */
const LAG_LOOK_MS = 100;
collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_LOOK_MS });

/** Text in the same format from elsewhere, such as the SDK's native part. */
const sources = new Set<() => Promise<string>>();

export function addSource(source: () => Promise<string>): void {
  sources.add(source);
}

export const CONTENT_TYPE = registry.contentType;

/** A source that does not answer is left out. */
export async function exposition(): Promise<string> {
  const others = [...sources].map((source) => source().catch(() => ''));
  return [await registry.metrics(), ...(await Promise.all(others))].filter((text) => text !== '').join('\n');
}
