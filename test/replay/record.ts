// Records the histories that replay.test.ts replays: plays every story on a real Temporal server and writes down what came of
// it, as JSON, in the folder of the rules that it was played by.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Context, heartbeat } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createMailer } from '../../src/activities/mail';
import { RULES } from '../../src/engine/advance';
import { freePort } from '../../src/temporal/free-port';
import type { Activities } from '../../src/workflows/contract/activities';
import { startMailServer } from '../support/smtp';
import { startHarness, testTemporalAddress } from '../workflows/harness';
import { OTHER_SCENARIOS, SCENARIOS } from './scenarios/all';
import { AGENTS, type OtherScenario, type Scenario, type Surroundings, storyOf } from './scenarios/scenario';

const HISTORIES = join(__dirname, 'histories');
const FOLDER = join(HISTORIES, `rules-${RULES}`);
const AT_ONCE = 6;
const ELSEWHERE = 'elsewhere';

let around: Surroundings;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  const receiver = createServer((request, response) =>
    request.resume().on('end', () => {
      const [, status] = /\/(\d{3})$/.exec(request.url ?? '') ?? [];
      response.writeHead(Number(status ?? 200)).end(status === '204' ? undefined : 'ok');
    }),
  );
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const receiverAt = `127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const nobody = `127.0.0.1:${await freePort()}`;
  const mail = await startMailServer();
  mail.refuse((address) => (address.startsWith('refused') ? 550 : null));
  const mailer = createMailer({ smtpUrl: mail.url, from: 'Countersign <approvals@acme.com>' });
  const harness = await startHarness({
    ...{ agents: AGENTS, allow: `${receiverAt},${nobody}`, mailer },
    wrap: (activities) => ({ ...activities, requestCancellation: () => requestOrFail(activities) }),
  });
  const native = await NativeConnection.connect({ address: testTemporalAddress() });
  const other = await Worker.create({ connection: native, taskQueue: ELSEWHERE, activities: otherActivities });
  const running = other.run();
  around = { harness, receiver: receiverAt, nobody, elsewhere: ELSEWHERE };
  closing.push(
    () => harness.close(),
    async () => {
      other.shutdown();
      await running;
      await native.close();
    },
    async () => receiver.close(),
    () => mail.close(),
  );
});
afterAll(async () => {
  for (const close of closing) await close();
});

/** Once it fails as if an operator had made it fail. */
async function requestOrFail({ requestCancellation }: Activities): Promise<void> {
  const { workflowId } = Context.current().info.workflowExecution ?? {};
  if (!hasFailedToRequest && workflowId?.endsWith('/human-asks-again-for-its-close')) {
    hasFailedToRequest = true;
    throw ApplicationFailure.nonRetryable('by an operator');
  }
  await requestCancellation();
}
let hasFailedToRequest = false;

const otherActivities = {
  async greet(): Promise<object> {
    heartbeat();
    return { greeting: 'from elsewhere' };
  },
  async break(): Promise<object> {
    throw ApplicationFailure.nonRetryable('broken elsewhere');
  },
  async list(): Promise<unknown> {
    return [1];
  },
  /** As often as a step may fail its worker goes, with the words of the SDK's core; then it succeeds. */
  async outlast(): Promise<object> {
    heartbeat();
    shutdowns += 1;
    if (shutdowns > 2) return { shutdowns };
    throw ApplicationFailure.retryable('Worker is shutting down', 'WorkerShutdown');
  },
  /** Its last attempt is reset, with the words of the SDK; then it succeeds. */
  async beReset(): Promise<object> {
    heartbeat();
    attempts += 1;
    if (attempts > 2) return { attempts };
    throw ApplicationFailure.retryable('Activity reset', 'ActivityReset');
  },
};
let shutdowns = 0;
let attempts = 0;

/** Histories that no story brings about at will or in so few bytes, or that are of rules by which nothing begins any more. */
const KEPT: readonly string[] = [
  'agents-beside-updates-that-ask-for-nothing',
  'cancelled-while-quick-agents-end',
  'consequences-before-what-comes-next',
  'first-task-cut-by-a-query',
  'requests-in-several-tasks',
  'result-beside-a-prolonged-task',
  'task-that-asked-for-nothing',
  'update-beside-an-agent-of-an-earlier-task',
  'update-beside-news-that-a-query-brought',
  'webhook-delivery-continues-as-new',
  'webhook-delivery-goes-together',
];
const isKept = (file: string): boolean => KEPT.some((name) => file.startsWith(name));

const LASTS_MS_MAX = 20 * 60_000;

test(
  'every story is played and written down',
  async () => {
    const names = [...SCENARIOS, ...OTHER_SCENARIOS].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    mkdirSync(FOLDER, { recursive: true });
    for (const file of readdirSync(FOLDER)) if (!isKept(file)) rmSync(join(FOLDER, file));
    await recordAll(({ name }) => !isKept(name));
  },
  LASTS_MS_MAX,
);

/** `npm run record-histories -- -t 'has none'`: what was recorded before stays as it is. */
test(
  'each story that has none is played and written down',
  async () => {
    mkdirSync(FOLDER, { recursive: true });
    const recorded = new Set(readdirSync(HISTORIES).flatMap((rules) => readdirSync(join(HISTORIES, rules))));
    await recordAll(({ name }) => !recorded.has(`${name}.json`));
  },
  LASTS_MS_MAX,
);

async function recordAll(isMeant: (story: { readonly name: string }) => boolean): Promise<void> {
  const left = [
    ...SCENARIOS.filter(isMeant).map((scenario) => () => record(scenario)),
    ...OTHER_SCENARIOS.filter(isMeant).map((scenario) => () => recordOther(scenario)),
  ];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = left.shift(); next; next = left.shift()) await next();
    }),
  );
}

async function record({ name, shape, context, play, alsoKeep }: Scenario): Promise<void> {
  const { harness } = around;
  const started = await harness.start(typeof shape === 'function' ? shape(around) : shape, {
    idempotencyKey: name,
    ...context?.(around),
  });
  await play(storyOf(started));
  await keep(name, started.handle.workflowId);
  for (const other of alsoKeep?.(started) ?? []) {
    await harness.client.workflow.getHandle(other.workflowId).result();
    await keep(other.name, other.workflowId);
  }
}

async function recordOther({ name, play }: OtherScenario): Promise<void> {
  await keep(name, await play(around));
}

/** Every run of a workflow that continued as new: `<name>`, `<name>-continued`, `<name>-continued-2` and so on. */
async function keep(name: string, workflowId: string): Promise<void> {
  const { workflow } = around.harness.client;
  const newest = await workflow.getHandle(workflowId).fetchHistory();
  let runId = newest.events?.[0]?.workflowExecutionStartedEventAttributes?.firstExecutionRunId;
  for (let index = 0; runId; index++) {
    const history = await workflow.getHandle(workflowId, runId).fetchHistory();
    write(index === 0 ? name : `${name}-continued${index === 1 ? '' : `-${index}`}`, history);
    runId = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
}

function write(name: string, history: Parameters<typeof historyToJSON>[0]): void {
  const json = JSON.stringify(withoutTraces(JSON.parse(historyToJSON(history))));
  writeFileSync(join(FOLDER, `${name}.json`), `${json.replaceAll(`@${hostname()}-`, '@host-')}\n`);
}

/** Who recorded it, and from which files, does not belong into it. */
function withoutTraces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTraces);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => {
      if (key === 'identity') return [key, 'recorder'];
      if (key === 'stackTrace') return [key, ''];
      return [key, withoutTraces(part)];
    }),
  );
}
