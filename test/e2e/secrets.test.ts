// The one place where marker secrets are planted wherever a user can put one, and looked for wherever one could leak.
import { spawn } from 'node:child_process';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { freePort } from '../../src/temporal/free-port';
import { answer, type Receiver, startScriptedReceiver } from '../delivery/receiver';
import { eventually } from '../support/eventually';
import { type MailServer, startMailServer } from '../support/smtp';

const mark = (name: string) => `MARKER-${name}-${randomBytes(9).toString('hex')}`;
const MARKS = {
  webhookSecret: mark('execution-secret'),
  configSecret: `whsec_${Buffer.from(mark('definition-secret')).toString('base64')}`,
  refusedSecret: mark('refused-secret'),
  apiKey: mark('api-key'),
  token: mark('token'),
  codecToken: mark('codec-token'),
  inboundSecret: mark('inbound-secret'),
  bearerSecret: mark('bearer-secret'),
  refusedTriggerSecret: mark('refused-trigger-secret'),
  nodeToken: mark('node-token'),
  agentSecret: mark('agent-secret'),
  smtpPassword: mark('smtp+password/of=ours'),
  slackToken: `xoxb-${mark('slack-token')}`,
};

let folder: string;
let receiver: Receiver;
let mail: MailServer;
const slack = createServer((request, response) =>
  request.resume().once('end', () => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":false,"error":"invalid_auth"}');
  }),
);
let server: ReturnType<typeof spawn>;
let log = '';
let url: string;
let answers = '';

/** An agent that refuses each call. */
function agentsFile(): string {
  const path = join(folder, 'agents.json');
  const url = receiver.script('/agent', answer(403));
  writeFileSync(path, JSON.stringify({ agents: { 'far-agent': { kind: 'http', url, secret: MARKS.agentSecret } } }));
  return path;
}

/** Resolves when it is ready, and rejects when it ends before. */
async function start(keys: string, codecToken: string): Promise<void> {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  server = spawn(process.execPath, [join(__dirname, '../../dist/main.js')], {
    env: {
      ...process.env,
      PORT: String(port),
      DATA_DIR: join(folder, 'data'),
      TEMPORAL_ADDRESS: '',
      TEMPORAL_PORT: String(await freePort()),
      TEMPORAL_UI_PORT: String(await freePort()),
      TEMPORAL_CLI_PATH: process.env.COUNTERSIGN_TEST_CLI ?? process.env.TEMPORAL_CLI_PATH ?? '',
      API_KEYS_FILE: keys,
      CODEC_TOKENS: codecToken,
      OUTBOUND_ALLOW: `127.0.0.1:${receiver.port}`,
      AGENTS_FILE: agentsFile(),
      SMTP_URL: mail.url.replace('//', `//ours:${encodeURIComponent(MARKS.smtpPassword)}@`),
      MAIL_FROM: 'approvals@acme.com',
      SLACK_BOT_TOKEN: MARKS.slackToken,
      SLACK_API_URL: `http://127.0.0.1:${(slack.address() as AddressInfo).port}/api/`,
      LOG_LEVEL: 'trace',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    for (const stream of [server.stdout, server.stderr]) {
      stream?.on('data', (chunk) => {
        log += chunk;
        if (log.includes('Countersign is ready')) resolve();
      });
    }
    server.once('exit', (code) => reject(new Error(`ended with ${code} before it was ready:\n${log.slice(-2_000)}`)));
  });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-secrets-'));
  receiver = await startScriptedReceiver();
  await new Promise<void>((resolve) => slack.listen(0, '127.0.0.1', resolve));
  mail = await startMailServer({ refusesPasswords: true });
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const keys = join(folder, 'api-keys.json');
  writeFileSync(
    keys,
    JSON.stringify({
      workspaces: [{ workspace: 'acme', apiKey: MARKS.apiKey, tokens: [{ name: 'ci', sha256: sha256(MARKS.token) }] }],
    }),
  );
  // Somebody else may take a port between its choice and its use.
  for (let tries = 1; ; tries++) {
    try {
      return await start(keys, sha256(MARKS.codecToken));
    } catch (error) {
      if (tries === 3) throw error;
    }
  }
}, 120_000);

afterAll(async () => {
  if (server.exitCode === null) {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
  }
  await receiver.close();
  await mail.close();
  slack.close();
  rmSync(folder, { recursive: true, force: true });
});

async function call(path: string, data: object): Promise<any> {
  const response = await fetch(`${url}/v2/workflow/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-velt-api-key': MARKS.apiKey, 'x-velt-auth-token': MARKS.token },
    body: JSON.stringify({ data }),
  });
  const text = await response.text();
  answers += text;
  return JSON.parse(text);
}

async function untilSettled(executionId: string): Promise<void> {
  await eventually(
    () => call('executions/listDeliveries', { executionId }),
    ({ result }) => {
      const items = result?.items ?? [];
      return items.at(-1)?.type === 'execution.completed' && items.every((item: any) => item.attempts > 0);
    },
  );
}

const TRIGGERED = 'triggered';

/** What the operator's own credentials are for, each refused where it is used. */
async function playOperators(): Promise<void> {
  const nodes = [
    { nodeId: 'ask', type: 'agent', config: { agentId: 'far-agent', retry: { maxAttempts: 1 } } },
    notification('mail', { channel: 'email', recipients: ['ada@acme.com'] }),
    notification('chat', { channel: 'slack', slackTarget: 'C0123456789' }),
  ];
  for (const node of nodes) {
    const definitionId = `operators-${node.nodeId}`;
    await call('definitions/create', { definitionId, name: 'Operators', nodes: [node], edges: [] });
    const { executionId } = (await call('executions/dispatch', { definitionId })).result;
    const { result } = await eventually(
      () => call('executions/get', { executionId }),
      (read) => read.result !== undefined && !['pending', 'running'].includes(read.result.status),
    );
    expect([definitionId, result.status]).toEqual([definitionId, 'failed']);
    await call('executions/getEvents', { executionId });
  }
}

const notification = (nodeId: string, config: object) => ({
  nodeId,
  type: 'notification',
  config: { ...config, bodyTemplate: 'Hello' },
});

/** A webhook that comes in; the API key may stand in the header or in the query. */
async function inbound(triggerId: string, body: string, headers: object, query: object = {}): Promise<any> {
  const parameters = { definitionId: TRIGGERED, triggerId, ...query };
  const search = new URLSearchParams(parameters as Record<string, string>);
  const response = await fetch(`${url}/v2/workflow/webhook-inbound/trigger?${search}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const text = await response.text();
  answers += text;
  return JSON.parse(text);
}

/** Webhooks that are accepted and refused, with every credential that they can carry; the executions that they start. */
async function playInbound(): Promise<string[]> {
  const trigger = (triggerId: string, rest: object) => ({ triggerId, inboundWebhook: { authMode: 'hmac', ...rest } });
  const triggers = [
    trigger('signed', { provider: 'github', secret: MARKS.inboundSecret }),
    trigger('borne', { authMode: 'bearer', secret: MARKS.bearerSecret }),
  ];
  const nodes = [
    {
      nodeId: 'call',
      type: 'webhook',
      config: { url: receiver.script('/call', answer(202)), mode: 'async', authMode: 'token' },
    },
  ];
  const definition = { definitionId: TRIGGERED, name: 'Triggered', nodes };
  const refused = trigger('signed', { provider: 'github', secret: MARKS.refusedTriggerSecret, signatureHeader: 1 });
  await call('definitions/create', { ...definition, triggers });
  await call('definitions/create', { ...definition, definitionId: 'refused-trigger', triggers: [refused] });
  await call('definitions/lint', { ...definition, triggers });
  await call('definitions/update', { ...definition, name: 'Renamed', triggers, ifVersion: 1 });
  for (const operation of ['definitions/get', 'definitions/listVersions']) {
    await call(operation, { definitionId: TRIGGERED });
  }
  await call('definitions/list', {});

  const body = JSON.stringify({ asset: 'a1', webhookAuth: { call: MARKS.nodeToken } });
  const signature = `sha256=${createHmac('sha256', MARKS.inboundSecret).update(body).digest('hex')}`;
  const signed = { 'x-hub-signature-256': signature };
  const inHeader = { 'x-velt-api-key': MARKS.apiKey };
  const inQuery = { apiKey: MARKS.apiKey };
  const bearer = { authorization: `Bearer ${MARKS.bearerSecret}` };
  const borne = JSON.stringify({ payload: { webhookAuth: { call: MARKS.nodeToken } } });
  const accepted = [
    await inbound('signed', body, { ...signed, ...inHeader }),
    await inbound('signed', body, signed, inQuery),
    await inbound('borne', borne, { ...bearer, ...inHeader }),
  ];
  expect(accepted.map(({ code }) => code)).toEqual(['accepted', 'accepted', 'accepted']);
  for (const [triggerId, text, headers, query] of [
    ['signed', `${body} `, { ...signed, ...inHeader }, {}],
    ['signed', '{', signed, inQuery],
    ['signed', 'x'.repeat(1_100_000), signed, inQuery],
    ['nowhere', body, signed, inQuery],
    ['borne', borne, { authorization: `Bearer ${MARKS.bearerSecret}x`, ...inHeader }, {}],
    ['borne', '{"payload":1}', { ...bearer, ...inHeader }, {}],
  ] as const) {
    expect((await inbound(triggerId, text, headers, query)).ok).toBe(false);
  }
  return accepted.map(({ executionId }) => executionId);
}

/** The tokens that only the receivers of calls may know; with each its step is ended. */
async function callBack(executionIds: readonly string[]): Promise<string[]> {
  while (receiver.at('/call').length < executionIds.length) await call('executions/list', {});
  const callbacks = receiver.at('/call').map(({ event }) => event.callback);
  for (const { url: to, token, tokenHeader } of callbacks) {
    const headers = { 'content-type': 'application/json', [tokenHeader]: token };
    for (const body of ['{"status":"nonsense"}', '{"status":"completed","output":{}}', '{"status":"completed"}']) {
      answers += await (await fetch(new URL(new URL(to).pathname, url), { method: 'POST', headers, body })).text();
    }
  }
  for (const executionId of executionIds) {
    await call('executions/get', { executionId });
    await call('executions/getEvents', { executionId });
  }
  return callbacks.map(({ token }) => token);
}

/** Every byte that is kept: the database with its write-ahead log, and whatever else the data folder has. */
function bytesOf(path: string): Buffer {
  const parts = readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
  return Buffer.concat(parts);
}

test('a secret is in no history, memo, search attribute, log, error, view, metric or database file, in any spelling', async () => {
  const agent = {
    nodes: [{ nodeId: 'a', type: 'agent', config: { agentId: '__mock__' } }],
    edges: [],
    name: 'One agent',
  };
  const own = { webhookUrl: receiver.script('/own', answer(500)), webhookSecret: MARKS.webhookSecret };
  const webhookConfig = { url: receiver.script('/config', answer(200)), secret: MARKS.configSecret };
  await call('definitions/create', { ...agent, definitionId: 'marked', webhookConfig });
  await call('definitions/create', { ...agent, definitionId: 'marked', webhookConfig });
  await call('definitions/get', { definitionId: 'marked' });
  const one = (await call('executions/dispatch', { definitionId: 'marked', ...own })).result;
  const other = (await call('executions/dispatch', { definitionId: 'marked' })).result;
  for (const { executionId } of [one, other]) {
    await untilSettled(executionId);
    await call('executions/get', { executionId });
    await call('executions/getEvents', { executionId });
    await call('executions/redeliver', { executionId, status: 'dead' });
  }
  // Refusals that had the secret before them.
  for (const change of [
    { webhookUrl: 'http://127.0.0.1:1/' },
    { webhookUrl: 'https://10.0.0.1/x' },
    { webhookUrl: undefined },
    { nonsense: true },
  ]) {
    await call('executions/dispatch', {
      definitionId: 'marked',
      ...own,
      webhookSecret: MARKS.refusedSecret,
      ...change,
    });
  }
  const wrong = { ...webhookConfig, secret: { nested: MARKS.refusedSecret } };
  await call('definitions/create', { ...agent, definitionId: 'refused', webhookConfig: wrong });
  await playOperators();
  const tokens = await callBack(await playInbound());
  const codec = (authorization: string) =>
    fetch(`${url}/codec/decode`, { method: 'POST', headers: { authorization }, body: '{"payloads":[]}' });
  answers += await (await codec(`Bearer ${MARKS.codecToken}`)).text();
  answers += await (await codec(`Bearer ${MARKS.codecToken}-and-more`)).text();
  answers += await (await fetch(`${url}/metrics`)).text();

  expect(receiver.at('/own').length).toBeGreaterThanOrEqual(3);
  expect(receiver.at('/config')).toHaveLength(3);
  // The plain text that is looked for is there to be found: what is no secret is in the database.
  const stored = bytesOf(join(folder, 'data'));
  expect(stored.includes('marked')).toBe(true);
  const sent = Buffer.from(
    receiver
      .at('/own')
      .map(({ headers, body }) => JSON.stringify(headers) + body)
      .join(),
  );
  expect(receiver.at('/call').map(({ headers }) => headers.authorization)).toEqual(Array(3).fill(MARKS.nodeToken));
  const callbackTokens = Object.fromEntries(tokens.map((token, index) => [`callback token ${index}`, token]));
  for (const [name, secret] of Object.entries({ ...MARKS, ...callbackTokens })) {
    const spellings = [
      secret,
      encodeURIComponent(secret),
      ...['base64', 'base64url', 'hex'].map((form) =>
        Buffer.from(secret)
          .toString(form as BufferEncoding)
          .replace(/=+$/, '')
          .slice(0, -2),
      ),
    ];
    for (const spelling of spellings) {
      for (const [place, bytes] of Object.entries({
        stored,
        log: Buffer.from(log),
        answers: Buffer.from(answers),
        sent,
      })) {
        expect({ name, place, isThere: bytes.includes(spelling) }).toEqual({ name, place, isThere: false });
      }
    }
  }
}, 120_000);
