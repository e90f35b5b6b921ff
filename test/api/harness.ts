// The API as a real server before a real Temporal with a real worker, and a client that speaks its envelope.
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { createActivities } from '../../src/activities/activities';
import { loadAgents } from '../../src/activities/agents/registry';
import type { DeliveryTimes } from '../../src/activities/delivery-schedule';
import { createMailer } from '../../src/activities/mail';
import { createSlackChannels } from '../../src/activities/slack';
import { type GateLimits, gateLimits } from '../../src/api/edge/gate';
import { EXAMPLE_DEFINITION } from '../../src/api/examples';
import { type RunningApi, startApi } from '../../src/api/start';
import { type Config, readConfig } from '../../src/config';
import { agentDirectory } from '../../src/config/agent-directory';
import { createLogger } from '../../src/logger';
import { createCallbackTokens } from '../../src/outbound/callback-token';
import { createOutboundClient, type OutboundOptions } from '../../src/outbound/http-client';
import { createSealer } from '../../src/outbound/seal';
import { connectWorker, createClient } from '../../src/temporal/connect';
import { dataConverterOf } from '../../src/temporal/payload-codec';
import { createWorker } from '../../src/worker/worker';
import { pauses } from '../support/eventually';
import { testTemporalAddress, unlessLeftHanging } from '../workflows/harness';
import { documentCheck } from './document-check';

export interface Answer {
  readonly http: number;
  readonly headers: Headers;
  readonly result: any;
  readonly error: { message: string; status: string; details?: any };
  /** All of it, for what has no envelope. */
  readonly body: any;
}

export interface ApiHarness {
  readonly url: string;
  readonly api: RunningApi;
  readonly client: Client;
  readonly config: Config;
  /** Calls an operation as the first workspace, unless told otherwise. */
  call(path: string, data: unknown, options?: CallOptions): Promise<Answer>;
  /** A raw request. */
  send(path: string, init: RequestInit): Promise<Answer>;
  /** Registers a definition under a new id. */
  define(definition?: object): Promise<string>;
  /** Dispatches a new execution and waits until these nodes wait; their step ids. */
  waiting(
    definitionId: string,
    nodeIds: readonly string[],
    data?: object,
  ): Promise<{ executionId: string; steps: string[] }>;
  close(): Promise<void>;
}

/** Scales the times of deliveries, and stands in for DNS and certificate authorities. */
export interface DeliveryOptions extends Omit<OutboundOptions, 'allow'> {
  readonly times?: DeliveryTimes;
}

export interface CallOptions {
  readonly workspace?: 'one' | 'two';
  readonly headers?: Record<string, string>;
  /** Of another API process. */
  readonly url?: string;
}

export const CREDENTIALS = {
  one: { 'x-velt-api-key': 'key-of-workspace-one', 'x-velt-auth-token': 'token-of-workspace-one' },
  two: { 'x-velt-api-key': 'key-of-workspace-two', 'x-velt-auth-token': 'token-of-workspace-two' },
} as const;

export async function startApiHarness(
  options: {
    worker?: boolean;
    env?: Record<string, string>;
    limits?: Partial<GateLimits>;
    deliveries?: DeliveryOptions;
    dialects?: readonly string[];
  } = {},
): Promise<ApiHarness> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-api-'));
  const config = readConfig({
    ...process.env,
    PORT: '1',
    DATA_DIR: folder,
    TEMPORAL_ADDRESS: testTemporalAddress(),
    TASK_QUEUE: `api-${randomUUID()}`,
    API_KEYS_FILE: apiKeysFile(folder, options.dialects),
    LOG_LEVEL: 'silent',
    RATE_LIMIT: 'off',
    ...options.env,
  });
  const logger = createLogger(config.logLevel, 'test');
  const client = createClient(config.temporal, dataConverterOf(config));
  // All tests come from one address, and some of them with wrong credentials.
  const limits = {
    ...gateLimits(config.requestsPerSecond),
    failedAuthenticationsPerMinute: 100_000,
    ...options.limits,
  };
  const api = await startApi({ config: { ...config, port: 0 }, client, logger, limits });
  const worker = options.worker === false ? null : await startTestWorker(config, options.deliveries);
  const pause = pauses();
  while (worker && !(await api.readiness()).ready) await pause();

  const check = await documentCheck(api.url);
  const send = async (path: string, init: RequestInit, url = api.url): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, init);
    const body: any = await response.json();
    if (init.method === 'POST') check(path, { http: response.status, headers: response.headers }, body);
    return { http: response.status, headers: response.headers, result: body.result, error: body.error, body };
  };
  const call: ApiHarness['call'] = (path, data, { workspace = 'one', headers = {}, url } = {}) => {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...CREDENTIALS[workspace], ...headers },
      body: JSON.stringify({ data }),
    };
    return send(`/v2/workflow/${path}`, init, url);
  };
  const define = async (definition: object = EXAMPLE_DEFINITION) => {
    const definitionId = `d-${randomUUID()}`;
    const { error } = await call('definitions/create', { ...definition, definitionId });
    if (error) throw new Error(error.message);
    return definitionId;
  };

  return {
    url: api.url,
    api,
    client,
    config,
    call,
    send,
    define,
    async waiting(definitionId, nodeIds, data = {}) {
      const { result } = await call('executions/dispatch', { definitionId, ...data });
      const pause = pauses();
      for (;;) {
        const { steps } = (await call('executions/get', { executionId: result.executionId })).result;
        const found = nodeIds.map((nodeId) =>
          steps.find((step: any) => step.nodeId === nodeId && step.status === 'waiting'),
        );
        if (found.every(Boolean)) return { executionId: result.executionId, steps: found.map((step) => step.stepId) };
        await pause();
      }
    },
    async close() {
      await api.close();
      await worker?.stop();
      await client.connection.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Each harness has workspaces of its own, so that no test sees another's definitions. */
function apiKeysFile(folder: string, dialects: readonly string[] = ['conductor', 'flowker']): string {
  const path = join(folder, 'api-keys.json');
  const suffix = randomUUID().slice(0, 8);
  const workspaces = (['one', 'two'] as const).map((name) => ({
    workspace: `${name}-${suffix}`,
    dialects,
    apiKey: CREDENTIALS[name]['x-velt-api-key'],
    tokens: [
      { name: 'test', sha256: createHash('sha256').update(CREDENTIALS[name]['x-velt-auth-token']).digest('hex') },
    ],
  }));
  writeFileSync(path, JSON.stringify({ workspaces }));
  return path;
}

/** For a harness that was started without a worker. */
export async function startTestWorker(
  config: Config,
  { times, ...outbound }: DeliveryOptions = {},
): Promise<{ stop(): Promise<void> }> {
  const connection = await connectWorker(config.temporal, createLogger('silent', 'test'), new AbortController().signal);
  const worker = await createWorker({
    connection,
    namespace: config.temporal.namespace,
    taskQueue: config.taskQueue,
    dataConverter: dataConverterOf(config),
    bundlePath: process.env.COUNTERSIGN_TEST_BUNDLE as string,
    activities: createActivities({
      agents: await loadAgents([]),
      allow: config.outboundAllow,
      directory: agentDirectory([]),
      stepsMax: config.stepsMax,
      noteOutlasting: () => {},
      outbound: createOutboundClient({ allow: config.outboundAllow, ...outbound }),
      sealer: createSealer(config.secretKeys),
      callbacks: createCallbackTokens(config.secretKeys),
      publicUrl: config.publicUrl,
      mailer: config.mail === null ? null : createMailer(config.mail),
      slack: config.slack === null ? null : createSlackChannels(config.slack),
      ...(times && { times }),
    }),
  });
  const ended = worker.run();
  return {
    async stop() {
      worker.shutdown();
      await ended.catch(unlessLeftHanging);
      await connection.close();
    },
  };
}
