// The API's connection to Temporal, by the SDK's native core: half of what a call costs through gRPC in JavaScript
// (docs/decisions/0093-calls-through-the-core.md). It connects with the first call, and again whenever it was lost.
import { AsyncLocalStorage } from 'node:async_hooks';
import { type ConnectionLike, type Metadata, OperatorService, WorkflowService } from '@temporalio/client';
import { errors, native } from '@temporalio/core-bridge';
import { extractNativeClient, NativeConnection } from '@temporalio/worker/lib/connection';
import type { NativeConnectionOptions } from '@temporalio/worker/lib/connection-options';
import { GRPC, refusalAtConnect } from './grpc';

export interface RetryPolicy {
  /** Whether what failed is tried again after so many attempts. */
  readonly isRetried: (attempts: number, failure: errors.ServiceError) => boolean;
  /** Milliseconds before the next attempt. */
  readonly delayMs: (attempts: number, failure: errors.ServiceError) => number;
}

/** What the calls within a scope have in common. */
interface CallScope {
  /** Epoch milliseconds. */
  readonly deadline?: number;
  readonly signal?: AbortSignal;
  readonly metadata?: Metadata;
}

type RpcImpl = Parameters<typeof WorkflowService.create>[0];
type Send = (client: native.Client, call: native.RpcCall) => Promise<Uint8Array>;

/** Without a deadline of its own a call has this long. */
const CALL_MS_MAX = 60_000;
const CONNECT_MS_MAX = 3_000;
const MUTE = 'Temporal took the connection and did not answer';

/**
 * What the SDK's `Client` takes. Every call rejects by its deadline at the latest, whatever the network does. Retries are
 * those of `retry` alone: the core's own would wait a second for a workflow that is busy for milliseconds.
 */
export function coreConnection(options: NativeConnectionOptions, retry: RetryPolicy): ConnectionLike {
  const scopes = new AsyncLocalStorage<CallScope>();
  let connecting: Promise<NativeConnection> | null = null;
  let connection: NativeConnection | null = null;
  let isClosed = false;

  async function connect(): Promise<NativeConnection> {
    const attempt = NativeConnection.connect(options);
    const until = limit(Date.now() + CONNECT_MS_MAX, undefined);
    try {
      const made = await until.atMost(attempt);
      connection = made;
      if (isClosed) await close();
      return made;
    } catch (error) {
      connecting = null;
      if (!until.isOver()) throw error;
      // What comes of it later is of no use any more.
      void attempt.then((late) => late.close()).catch(() => undefined);
      throw failed(GRPC.UNAVAILABLE, MUTE);
    } finally {
      until.clear();
    }
  }

  async function close(): Promise<void> {
    const made = connection;
    connection = null;
    await made?.close();
  }

  /** Callers that come while it connects share the attempt; one that failed is forgotten. */
  async function connected(): Promise<NativeConnection> {
    if (isClosed) throw failed(GRPC.UNAVAILABLE, 'the connection has been closed');
    connecting ??= connect();
    return connecting;
  }

  const attempt = async (send: Send, call: native.RpcCall) => send(extractNativeClient(await connected()), call);

  async function calls(send: Send, method: string, req: Uint8Array): Promise<Uint8Array> {
    const { deadline = Date.now() + CALL_MS_MAX, signal, metadata = {} } = scopes.getStore() ?? {};
    const until = limit(deadline, signal);
    try {
      for (let attempts = 1; ; attempts++) {
        until.throwIfOver();
        const timeout = Math.max(1, deadline - Date.now());
        const call = { rpc: method, req: req as Buffer, retry: false, metadata: tagged(metadata), timeout };
        try {
          return await until.atMost(attempt(send, call));
        } catch (error) {
          until.throwIfOver();
          const failure = serviceError(error, deadline - Date.now());
          if (failure === null) throw error;
          const wait = retry.delayMs(attempts, failure);
          const isTold = Date.now() + wait >= deadline && tells(failure);
          if (isTold || !retry.isRetried(attempts, failure)) throw failure;
          await until.atMost(new Promise((resolve) => setTimeout(resolve, wait)));
        }
      }
    } finally {
      until.clear();
    }
  }

  const rpc =
    (send: Send): RpcImpl =>
    (method, req, callback) => {
      calls(send, method.name, req).then(
        (answer) => callback(null, answer),
        (error: unknown) => callback(error as Error),
      );
    };

  const within = <R>(scope: CallScope, fn: () => Promise<R>): Promise<R> =>
    scopes.run({ ...scopes.getStore(), ...scope }, fn);

  return {
    workflowService: WorkflowService.create(rpc(native.clientSendWorkflowServiceRequest), false, false),
    operatorService: OperatorService.create(rpc(native.clientSendOperatorServiceRequest), false, false),
    plugins: [],
    ensureConnected: async () => void (await connected()),
    withDeadline: (deadline, fn) => within({ deadline: Number(deadline) }, fn),
    withAbortSignal: (signal, fn) => within({ signal: either(scopes.getStore()?.signal, signal) }, fn),
    withMetadata: (metadata, fn) => within({ metadata: { ...scopes.getStore()?.metadata, ...metadata } }, fn),
    async close() {
      isClosed = true;
      await close();
    },
  };
}

/**
 * Where this ends the last attempt that there was time for, to say that time is up would say less; not so where Temporal threw an
 * update out, as it does when others that waited with it have run out of time.
 */
const tells = ({ code, details }: errors.ServiceError): boolean =>
  code === GRPC.RESOURCE_EXHAUSTED || (code === GRPC.UNAVAILABLE && details !== MUTE && !THROWN_OUT.test(details));

const THROWN_OUT = /update was aborted/i;

/** A scope within another one is given up with that, too. */
const either = (outer: AbortSignal | undefined, inner: AbortSignal): AbortSignal =>
  outer === undefined ? inner : AbortSignal.any([outer, inner]);

interface Limit {
  /** Rejects when the time is up or the caller has given up. */
  atMost<T>(work: Promise<T>): Promise<T>;
  isOver(): boolean;
  throwIfOver(): void;
  clear(): void;
}

function limit(deadline: number, signal: AbortSignal | undefined): Limit {
  let failure: errors.ServiceError | null = null;
  let reject: (failure: errors.ServiceError) => void = () => undefined;
  const over = new Promise<never>((_resolve, fail) => {
    reject = fail;
  });
  // Whoever does not wait for it just then is told by `isOver`.
  over.catch(() => undefined);
  const end = (code: number, message: string) => {
    failure ??= failed(code, message);
    reject(failure);
  };
  const giveUp = () => end(GRPC.CANCELLED, 'the caller gave the call up');
  const expire = () => end(GRPC.DEADLINE_EXCEEDED, 'the call did not end by its deadline');
  const timer = setTimeout(expire, Math.max(0, deadline - Date.now()));
  signal?.addEventListener('abort', giveUp, { once: true });
  if (signal?.aborted) giveUp();
  // What has waited for its turn until now is not sent any more: its caller has been told that time is up.
  if (Date.now() >= deadline) expire();
  return {
    atMost: (work) => Promise.race([work, over]),
    isOver: () => failure !== null,
    throwIfOver() {
      if (failure !== null) throw failure;
    },
    clear() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    },
  };
}

function failed(code: number, message: string): errors.ServiceError {
  const name = 'ServiceError' as const;
  return errors.ServiceError.fromNative(
    Object.assign(new Error(message), { name, code, details: message, metadata: {} }),
  );
}

/** What is said when the connection breaks under a call; gRPC knows no code for it (https://docs.rs/tonic: `Status`). */
const CONNECTION_LOST =
  /transport error|h2 protocol error|broken pipe|connection (reset|closed|error)|error reading a body/i;

const TIME_IS_UP = /timeout expired/i;

/**
 * A server knows the deadline too, and resets the call's stream then: to the core that is a connection that broke. Where its word comes
 * before our timer's, it is this close to it.
 */
const RESET_MS_BEFORE_MAX = 100;

/** Null: no failure of a call, but a bug. */
function serviceError(error: unknown, leftMs: number): errors.ServiceError | null {
  if (error instanceof errors.TransportError) {
    return failed(refusalAtConnect(error.message) ?? GRPC.UNAVAILABLE, error.message);
  }
  if (!(error instanceof errors.ServiceError)) return null;
  // Who gives a call up is ourselves, and that is no answer of the core: it says so when a connection or the time ends.
  if (error.code === GRPC.CANCELLED) {
    const isTimeUp = TIME_IS_UP.test(error.message) || leftMs <= RESET_MS_BEFORE_MAX;
    return failed(isTimeUp ? GRPC.DEADLINE_EXCEEDED : GRPC.UNAVAILABLE, error.message);
  }
  const isAmbiguous = error.code === GRPC.UNKNOWN || error.code === GRPC.INTERNAL;
  if (isAmbiguous && CONNECTION_LOST.test(error.message)) return failed(GRPC.UNAVAILABLE, error.message);
  // The client builds its errors from `details`, where gRPC in JavaScript puts the server's words and the core nothing.
  return new errors.ServiceError(error.message, error.code, error.message, error.metadata);
}

function tagged(metadata: Metadata): native.RpcCall['metadata'] {
  const tag = (value: Metadata[string]): native.MetadataValue =>
    typeof value === 'string' ? { type: 'ascii', value } : { type: 'binary', value };
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, tag(value)]));
}
