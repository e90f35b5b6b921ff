// Everything that is written down of a run under disturbances: what the checker gets, one line each in the journal's file.
import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** One HTTP request to one API process, and what came of it. */
export interface Call {
  readonly kind: 'call';
  /** Epoch milliseconds, with fractions. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly api: number;
  readonly operation: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Null: the connection broke, or no answer came. */
  readonly http: number | null;
  readonly result: unknown;
  readonly error: { readonly status: string; readonly message: string } | null;
  readonly retryAfter: string | null;
}

/** One request that reached the receiver. */
export interface Delivery {
  readonly kind: 'delivery';
  readonly at: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The raw bytes, in base64. */
  readonly body: string;
  /** It was not answered with success, so that it has to come again. */
  readonly isRefused?: boolean;
}

export interface AgentCall {
  readonly kind: 'agent';
  readonly at: number;
  readonly agentId: string;
  readonly executionId: string;
  readonly stepId: string;
  readonly idempotencyKey: string;
  readonly attempt: number;
  /** This call fails as planned. */
  readonly fails: boolean;
}

export type TargetKind = 'api' | 'worker' | 'temporal' | 'postgres';

export interface Kill {
  readonly kind: 'kill';
  readonly at: number;
  readonly target: TargetKind;
  readonly name: string;
}

/** A process ended although nobody killed it. */
export interface Ended {
  readonly kind: 'ended';
  readonly at: number;
  readonly name: string;
  readonly code: string;
}

/** A line of a worker's log that must not be there. */
export interface Fault {
  readonly kind: 'fault';
  readonly name: string;
  readonly line: string;
}

/** A process was stopped, or away, for longer than a restart takes; or there was no room on the disk of Temporal's database. */
export interface Outage {
  readonly kind: 'outage';
  readonly target: TargetKind | 'disk';
  readonly from: number;
  /** It was told to go on, or started; the disk has room again. */
  readonly until: number;
  /** It works again, or Temporal serves again. */
  readonly to: number;
}

/** One flow as its client saw it. */
export interface Flow {
  readonly kind: 'flow';
  readonly key: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /** Of this the client itself waited so long. */
  readonly thinkMs: number;
}

/** From here on nothing is killed, and all that was to end has ended: reads are final. */
export interface Settled {
  readonly kind: 'settled';
  readonly at: number;
}

export type Entry = Call | Delivery | AgentCall | Kill | Ended | Fault | Outage | Flow | Settled;

export interface Journal {
  readonly entries: readonly Entry[];
  add(...entries: readonly Entry[]): void;
  close(): void;
}

export function openJournal(path: string): Journal {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'w');
  const entries: Entry[] = [];
  return {
    entries,
    add(...added) {
      entries.push(...added);
      writeSync(file, added.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    },
    close: () => closeSync(file),
  };
}

/** What a process of the run has written in the same form. */
export function readEntries(path: string): Entry[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Entry);
}

export const now = (): number => performance.timeOrigin + performance.now();

export function entriesOf<K extends Entry['kind']>(entries: readonly Entry[], kind: K): Extract<Entry, { kind: K }>[] {
  return entries.filter((entry): entry is Extract<Entry, { kind: K }> => entry.kind === kind);
}
