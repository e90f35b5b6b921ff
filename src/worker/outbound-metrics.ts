// Counts what comes of each attempt to deliver an event, at the one place where they all leave. Calls of nodes are not counted.
import { assertNever } from '../definition/json';
import { type CountedOutcome, countAttempt } from '../metrics/deliveries';
import type { OutboundClient, OutboundOutcome } from '../outbound/http-client';

export function counted(client: OutboundClient): OutboundClient {
  return {
    ...client,
    async post(request) {
      const outcome = await client.post(request);
      countAttempt(kindOf(outcome));
      return outcome;
    },
  };
}

function kindOf(outcome: OutboundOutcome): CountedOutcome {
  switch (outcome.kind) {
    case 'answered':
      return outcome.status >= 200 && outcome.status < 300 ? 'delivered' : 'refused';
    case 'forbidden':
    case 'failed':
      return outcome.kind;
    default:
      return assertNever(outcome);
  }
}
