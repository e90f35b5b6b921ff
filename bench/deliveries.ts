// What must hold of webhooks: each event arrives, signed, with the same bytes every time, and as getEvents shows it.
import { createHmac } from 'node:crypto';
import { type Delivery, type Entry, entriesOf } from './journal';
import type { SeenEvent } from './views';

const OLD_S_MAX = 300;

interface Body {
  readonly event: string;
  readonly eventId: string;
  readonly executionId: string;
  readonly stepId: string | null;
  readonly seq: number;
  readonly timestamp: string;
  readonly data: unknown;
}

/** Whether the receiver of an execution is to be told of events of this type. */
type IsHeard = (executionId: string, type: string) => boolean;

export function brokenByDeliveries(entries: readonly Entry[], secret: string, isHeard: IsHeard = () => true): string[] {
  const { received, taken, found } = arrivals(entriesOf(entries, 'delivery'), secret);
  const events = finalEvents(entries);
  for (const [executionId, shown] of events) {
    found.push(...brokenByEvents(executionId, shown, received));
    const heard = shown.filter(({ type }) => isHeard(executionId, type));
    const missing = heard.filter(({ eventId }) => !taken.has(eventId));
    const unwanted = shown.filter((event) => !heard.includes(event) && received.has(event.eventId));
    found.push(...missing.map(({ eventId, type }) => `${eventId} (${type}) never arrived`));
    found.push(...unwanted.map(({ eventId, type }) => `${eventId} (${type}) arrived where nobody asked for it`));
  }
  for (const { eventId, executionId } of received.values()) {
    // Without a last read there is nothing to compare with: that is found elsewhere.
    const shown = events.get(executionId);
    if (shown && !shown.some((event) => event.eventId === eventId))
      found.push(`${eventId} arrived and getEvents does not show it`);
  }
  return found;
}

interface Arrivals {
  /** What came of each event, by its id. */
  readonly received: ReadonlyMap<string, Body>;
  /** The ids of those that the receiver took. */
  readonly taken: ReadonlySet<string>;
  readonly found: string[];
}

function arrivals(deliveries: readonly Delivery[], secret: string): Arrivals {
  const bodies = new Map<string, string>();
  const taken = new Set<string>();
  const found: string[] = [];
  for (const delivery of deliveries) {
    const id = delivery.headers['webhook-id'] ?? '';
    if (!isSigned(delivery, secret)) found.push(`a delivery of ${id} is not signed as it must be`);
    const known = bodies.get(id);
    if (known !== undefined && known !== delivery.body) found.push(`${id} came with other bytes than before`);
    bodies.set(id, known ?? delivery.body);
    if (!delivery.isRefused) taken.add(id);
  }
  const received = new Map<string, Body>();
  for (const [id, body] of bodies) {
    const parsed = JSON.parse(Buffer.from(body, 'base64').toString()) as Body;
    if (parsed.eventId !== id) found.push(`${id} carries the event ${parsed.eventId}`);
    received.set(id, parsed);
  }
  return { received, taken, found };
}

/** Of each execution what getEvents showed after everything had settled, page after page. */
export function finalEvents(entries: readonly Entry[]): Map<string, SeenEvent[]> {
  const settledAt = entriesOf(entries, 'settled')[0]?.at ?? Number.POSITIVE_INFINITY;
  const events = new Map<string, SeenEvent[]>();
  for (const call of entriesOf(entries, 'call')) {
    if (call.operation !== 'executions/getEvents' || call.http !== 200 || call.startedAt < settledAt) continue;
    const executionId = String(call.data.executionId);
    const page = (call.result as { readonly events: readonly SeenEvent[] }).events;
    events.set(executionId, [...(events.get(executionId) ?? []), ...page]);
  }
  return events;
}

function brokenByEvents(
  executionId: string,
  shown: readonly SeenEvent[],
  received: ReadonlyMap<string, Body>,
): string[] {
  const found: string[] = [];
  let last = 0;
  for (const event of shown) {
    if (event.seq <= last) found.push(`seq does not rise in the events of ${executionId}: ${event.seq} after ${last}`);
    last = event.seq;
    const body = received.get(event.eventId);
    if (body && !isSame(executionId, event, body))
      found.push(`${event.eventId} arrived as another than getEvents shows`);
  }
  return found;
}

function isSame(executionId: string, event: SeenEvent, body: Body): boolean {
  return (
    body.executionId === executionId &&
    body.event === event.type &&
    body.seq === event.seq &&
    body.stepId === event.stepId &&
    Date.parse(body.timestamp) === event.timestamp &&
    JSON.stringify(body.data) === JSON.stringify(event.data ?? {})
  );
}

/** Both signatures, as docs/webhooks.md has a receiver verify them; the secret is no `whsec_` one. */
function isSigned({ headers, body, at }: Delivery, secret: string): boolean {
  const bytes = Buffer.from(body, 'base64');
  const { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signatures = '' } = headers;
  const standard = createHmac('sha256', secret).update(`${id}.${seconds}.`).update(bytes).digest('base64');
  const simple = createHmac('sha256', secret).update(bytes).digest('hex');
  return (
    Math.abs(at / 1000 - Number(seconds)) <= OLD_S_MAX &&
    signatures.split(' ').includes(`v1,${standard}`) &&
    headers['x-velt-signature'] === `sha256=${simple}` &&
    headers['x-velt-event-id'] === id
  );
}
