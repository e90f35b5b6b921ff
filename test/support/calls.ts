// Counts what a client asks of Temporal, by the name of the call.
import type { Client } from '@temporalio/client';

export interface Calls {
  /** How often each call was made since the last time this was asked. */
  take(): Record<string, number>;
}

type Method = (...given: unknown[]) => unknown;

export function countCalls(client: Client): Calls {
  const service = client.workflowService as unknown as Record<string, Method>;
  let counts: Record<string, number> = {};
  for (const [name, method] of Object.entries(service)) {
    // What every call goes through is none itself.
    if (typeof method !== 'function' || name === 'rpcImpl') continue;
    service[name] = (...given) => {
      counts[name] = (counts[name] ?? 0) + 1;
      return method.apply(service, given);
    };
  }
  return {
    take() {
      const taken = counts;
      counts = {};
      return taken;
    },
  };
}
