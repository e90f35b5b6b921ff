// Reads the configuration: every variable of contract 6, once, at the start. A bad value stops it with a sentence.
import { z } from 'zod';
import type { AgentEntry } from './config/agent-directory';
import { readAgentsFile } from './config/agents-file';
import { type ApiKeys, DEVELOPMENT_WORKSPACE, readApiKeysFile } from './config/api-keys-file';
import { ConfigError } from './config/config-error';
import { dataDirOf } from './config/data-dir';
import { developmentSecretKeys } from './config/development-secret';
import type { MailSettings, SlackSettings } from './config/messengers';
import { shownHost } from './config/shown-host';
import { quotedValue } from './config/shown-value';
import { TASK_QUEUE_RULE, taskQueueName } from './config/task-queue';
import { type TemporalTarget, temporalTarget } from './config/temporal-target';
import { LIMITS } from './definition/limits';
import { type OutboundAllow, parseOutboundAllow } from './outbound/destination';
import { parseSecretKeys, type SecretKey } from './outbound/seal';
import { DEFAULT_TASK_QUEUE } from './workflows/contract/names';

export interface Config {
  readonly isProduction: boolean;
  readonly host: string;
  readonly port: number;
  /** Absolute; holds the embedded server's database and, in development, the generated secret key. */
  readonly dataDir: string;
  readonly temporal: TemporalTarget;
  readonly embedded: {
    readonly port: number;
    readonly uiPort: number;
    readonly cliPath: string | null;
  };
  readonly taskQueue: string;
  /** Under which receivers of async webhook nodes reach the API, without a slash at its end; null: it was not said. */
  readonly publicUrl: string | null;
  readonly apiKeys: ApiKeys;
  /** Where they came from, to be read again on SIGHUP; null for the development workspace. */
  readonly apiKeysFile: string | null;
  readonly agents: readonly AgentEntry[];
  readonly secretKeys: readonly SecretKey[];
  readonly outboundAllow: OutboundAllow;
  /** Encryption of all payloads, and who may read them in the Temporal UI. */
  readonly payloadCodec: PayloadCodecConfig;
  readonly stepsMax: number;
  /** How many workflows one worker process holds in memory; those beyond are replayed when they are next needed. */
  readonly cachedWorkflowsMax: number;
  /** Null: no mail is sent. */
  readonly mail: MailSettings | null;
  /** Null: messages go to hooks only. */
  readonly slack: SlackSettings | null;
  /** Where a worker process serves its metrics; null is nowhere. */
  readonly metricsPort: number | null;
  /** Of one API key, in one process; null is any number. */
  readonly requestsPerSecond: number | null;
  readonly logLevel: string;
}

export interface PayloadCodecConfig {
  readonly isOn: boolean;
  /** SHA-256 of the tokens with which operators may decode payloads; with none there is no codec endpoint. */
  readonly tokens: readonly Buffer[];
  readonly origins: readonly string[];
}

type Env = Readonly<Record<string, string | undefined>>;

/** Digits, as everybody reads them: `Number` would take `0x50` for 80, and `1e3` for 1000. */
const whole = (min: number, max: number) =>
  z
    .string()
    .trim()
    .regex(/^\d{1,9}$/)
    .transform(Number)
    .pipe(z.int().min(min).max(max));
const port = whole(1, 65_535);

const sha256List = z
  .string()
  .regex(/^([0-9a-f]{64})(,[0-9a-f]{64})*$/i)
  .transform((text) => text.split(',').map((hex) => Buffer.from(hex, 'hex')))
  .optional();
const originList = z
  .string()
  .transform((text) => text.split(',').map((origin) => origin.trim()))
  .refine((origins) => origins.every((origin) => URL.canParse(origin) && new URL(origin).origin === origin))
  .optional();

const environment = z.object({
  NODE_ENV: z.string().optional(),
  HOST: z.string().min(1).optional(),
  PORT: port.default(3000),
  DATA_DIR: z.string().min(1).default('.data'),
  TEMPORAL_PORT: port.default(7233),
  TEMPORAL_UI_PORT: port.default(8233),
  TEMPORAL_CLI_PATH: z.string().min(1).optional(),
  TASK_QUEUE: taskQueueName.default(DEFAULT_TASK_QUEUE),
  PUBLIC_URL: z
    .string()
    .max(1_000)
    .refine(isBaseUrl)
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  API_KEYS_FILE: z.string().min(1).optional(),
  AGENTS_FILE: z.string().min(1).optional(),
  SECRET_KEYS: z.string().min(1).optional(),
  PAYLOAD_CODEC: z.enum(['on', 'off']).default('off'),
  CODEC_TOKENS: sha256List,
  CODEC_UI_ORIGINS: originList,
  OUTBOUND_ALLOW: z.string().default(''),
  OUTBOUND_ALLOW_IN_PRODUCTION: z.enum(['true', 'false']).default('false'),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/\S+$/i)
    .refine(URL.canParse)
    .optional(),
  MAIL_FROM: z
    .string()
    .max(500)
    .regex(/^[^\p{Cc}]*[^\s@<>]+@[^\s@<>]+>?$/u)
    .optional(),
  SLACK_BOT_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]+$/)
    .optional(),
  SLACK_API_URL: z
    .string()
    .regex(/^https?:\/\/\S+$/i)
    .refine(URL.canParse)
    .optional(),
  MAX_STEPS: whole(1, LIMITS.stepsMax).default(LIMITS.stepsMax),
  MAX_CACHED_WORKFLOWS: whole(10, 100_000).default(500),
  METRICS_PORT: port.optional(),
  RATE_LIMIT: z.union([z.literal('off'), whole(1, 1_000_000)]).default(500),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

const EXPECTED: Readonly<Record<string, string>> = {
  PORT: 'a port from 1 to 65535',
  TEMPORAL_PORT: 'a port from 1 to 65535',
  TEMPORAL_UI_PORT: 'a port from 1 to 65535',
  TASK_QUEUE: TASK_QUEUE_RULE,
  PAYLOAD_CODEC: 'on or off',
  CODEC_TOKENS: 'the hex SHA-256 of one or more tokens, comma-separated',
  CODEC_UI_ORIGINS: 'one or more origins such as https://temporal.acme.com, comma-separated',
  OUTBOUND_ALLOW_IN_PRODUCTION: 'true or false',
  PUBLIC_URL: 'a URL such as https://approvals.acme.com, without user name, query or fragment',
  SMTP_URL: 'a URL such as smtps://user:password@mail.acme.com:465',
  MAIL_FROM: 'an address such as Approvals <approvals@acme.com>',
  SLACK_BOT_TOKEN: 'a token such as xoxb-..., without blanks',
  SLACK_API_URL: 'a URL such as https://slack.com/api/',
  MAX_STEPS: `a number from 1 to ${LIMITS.stepsMax}`,
  MAX_CACHED_WORKFLOWS: 'a number from 10 to 100000',
  METRICS_PORT: 'a port from 1 to 65535',
  RATE_LIMIT: 'a number from 1 to 1000000 (requests a second per API key), or off',
  LOG_LEVEL: 'trace, debug, info, warn, error, fatal or silent',
};

/** Hold credentials, or may, if only by mistake: what is wrong with them is said without repeating them. */
const SECRET_VARIABLES: ReadonlySet<string> = new Set([
  'SMTP_URL',
  'SLACK_BOT_TOKEN',
  'SLACK_API_URL',
  'CODEC_TOKENS',
  'PUBLIC_URL',
]);

/** Throws a ConfigError whose message names the variable and what it may be; no secret is repeated in it. */
export function readConfig(env: Env): Config {
  const parsed = environment.safeParse(Object.fromEntries(Object.entries(env).filter(([, value]) => value !== '')));
  if (!parsed.success) {
    const name = String(parsed.error.issues[0]?.path[0] ?? 'the environment');
    const found = SECRET_VARIABLES.has(name) ? 'something else' : quotedValue(String(env[name]));
    throw new ConfigError(`${name} must be ${EXPECTED[name] ?? 'a text that is not empty'}, and it is ${found}.`);
  }
  const values = parsed.data;
  if (!env.TEMPORAL_ADDRESS) assertPortsDiffer(values);
  const isProduction = values.NODE_ENV === 'production';
  const dataDir = dataDirOf(values.DATA_DIR);
  const host = values.HOST ?? (isProduction ? '0.0.0.0' : '127.0.0.1');
  return {
    isProduction,
    host,
    port: values.PORT,
    dataDir,
    temporal: temporalTarget(env, values.TEMPORAL_PORT),
    embedded: {
      port: values.TEMPORAL_PORT,
      uiPort: values.TEMPORAL_UI_PORT,
      cliPath: values.TEMPORAL_CLI_PATH ?? null,
    },
    taskQueue: values.TASK_QUEUE,
    publicUrl: values.PUBLIC_URL ?? (isProduction ? null : `http://${shownHost(host)}:${values.PORT}`),
    apiKeysFile: values.API_KEYS_FILE ?? null,
    apiKeys: apiKeysOf(values.API_KEYS_FILE, isProduction),
    agents: agentsOf(values.AGENTS_FILE, values.TASK_QUEUE),
    secretKeys: secretKeysOf(values.SECRET_KEYS, isProduction, dataDir),
    outboundAllow: outboundAllowOf(values, isProduction),
    payloadCodec: {
      isOn: values.PAYLOAD_CODEC === 'on',
      tokens: values.CODEC_TOKENS ?? [],
      origins: values.CODEC_UI_ORIGINS ?? [],
    },
    stepsMax: values.MAX_STEPS,
    cachedWorkflowsMax: values.MAX_CACHED_WORKFLOWS,
    mail: mailOf(values),
    slack: slackOf(values),
    metricsPort: values.METRICS_PORT ?? null,
    requestsPerSecond: values.RATE_LIMIT === 'off' ? null : values.RATE_LIMIT,
    logLevel: values.LOG_LEVEL,
  };
}

function mailOf({ SMTP_URL, MAIL_FROM }: z.output<typeof environment>): MailSettings | null {
  if (SMTP_URL === undefined) return null;
  if (MAIL_FROM !== undefined) return { smtpUrl: SMTP_URL, from: MAIL_FROM };
  throw new ConfigError('MAIL_FROM must be set where SMTP_URL is: mail needs a sender, such as approvals@acme.com.');
}

function slackOf({ SLACK_BOT_TOKEN, SLACK_API_URL }: z.output<typeof environment>): SlackSettings | null {
  if (SLACK_BOT_TOKEN !== undefined) return { botToken: SLACK_BOT_TOKEN, apiUrl: SLACK_API_URL ?? null };
  if (SLACK_API_URL === undefined) return null;
  throw new ConfigError(
    'SLACK_BOT_TOKEN must be set where SLACK_API_URL is, or no message goes to a channel; unset SLACK_API_URL where none should.',
  );
}

/** Nothing that would end up behind the path of a callback. */
function isBaseUrl(text: string): boolean {
  return /^https?:\/\/[^\s?#@]+$/i.test(text) && URL.canParse(text);
}

function assertPortsDiffer({ PORT, TEMPORAL_PORT, TEMPORAL_UI_PORT }: z.output<typeof environment>): void {
  const ports = [PORT, TEMPORAL_PORT, TEMPORAL_UI_PORT];
  if (new Set(ports).size === ports.length) return;
  throw new ConfigError(
    `PORT, TEMPORAL_PORT and TEMPORAL_UI_PORT must be three different ports, and they are ${ports[0]}, ${ports[1]} and ${ports[2]}.`,
  );
}

/** Our workers would take the calls of an agent on their own queue, and would not know its activity. */
function agentsOf(path: string | undefined, taskQueue: string): readonly AgentEntry[] {
  const agents = path === undefined ? [] : readAgentsFile(path);
  const astray = agents.find((agent) => agent.kind === 'taskQueue' && agent.taskQueue === taskQueue);
  if (astray === undefined) return agents;
  throw new ConfigError(
    `AGENTS_FILE: agent "${astray.agentId}" is on the task queue "${taskQueue}", and that is the one of this server's own workers (TASK_QUEUE); give the agent's workers another one.`,
  );
}

function apiKeysOf(path: string | undefined, isProduction: boolean): ApiKeys {
  if (path !== undefined) return readApiKeysFile(path);
  if (!isProduction) return DEVELOPMENT_WORKSPACE;
  throw new ConfigError(
    'API_KEYS_FILE must be set in production mode; npm run keys -- new --workspace acme makes such a file.',
  );
}

function secretKeysOf(text: string | undefined, isProduction: boolean, dataDir: string): readonly SecretKey[] {
  if (text === undefined) {
    if (!isProduction) return developmentSecretKeys(dataDir);
    throw new ConfigError(
      'SECRET_KEYS must be set in production mode: <keyId>:<base64 of 32 bytes>, comma-separated; openssl rand -base64 32 makes such bytes.',
    );
  }
  try {
    return parseSecretKeys(text);
  } catch (error) {
    throw new ConfigError(`SECRET_KEYS: ${(error as Error).message}.`);
  }
}

function outboundAllowOf(
  values: { OUTBOUND_ALLOW: string; OUTBOUND_ALLOW_IN_PRODUCTION: string },
  isProduction: boolean,
): OutboundAllow {
  let allow: OutboundAllow;
  try {
    allow = parseOutboundAllow(values.OUTBOUND_ALLOW);
  } catch (error) {
    throw new ConfigError(`OUTBOUND_ALLOW: ${(error as Error).message}.`);
  }
  if (allow.size > 0 && isProduction && values.OUTBOUND_ALLOW_IN_PRODUCTION !== 'true') {
    throw new ConfigError(
      'OUTBOUND_ALLOW lets webhooks reach private addresses and is refused in production mode; unset it, or set OUTBOUND_ALLOW_IN_PRODUCTION=true.',
    );
  }
  return allow;
}

/** Said at the start of every process that checks or calls a destination (contract 3 section 2). */
export function warnOfOutboundAllow(
  { outboundAllow }: Config,
  logger: { warn(fields: object, message: string): void },
): void {
  if (outboundAllow.size === 0) return;
  logger.warn(
    { allowed: [...outboundAllow] },
    'OUTBOUND_ALLOW: webhooks may reach these private or plain destinations',
  );
}
