// Which agents the operator adds to the built-in ones (contract 2 section 10, contract 6 AGENTS_FILE).
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { type AgentEntry, MOCK_AGENT_IDS } from './agent-directory';
import { ConfigError } from './config-error';
import { readJsonFile } from './json-file';
import { taskQueueName } from './task-queue';

const moduleAgent = z.strictObject({
  kind: z.literal('module'),
  path: z.string().min(1),
  quick: z.boolean().default(false),
});
const httpAgent = z.strictObject({
  kind: z.literal('http'),
  url: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .refine(
      isWithoutUser,
      'must have no user name or password: they are not sent, and the call is signed with the secret',
    ),
  secret: z.string().min(16).max(512),
  timeoutMs: z.int().min(1).max(86_400_000).default(10_000),
});
const taskQueueAgent = z.strictObject({
  kind: z.literal('taskQueue'),
  taskQueue: taskQueueName,
  activity: z.string().min(1).max(200),
});

const file = z.strictObject({
  agents: z.record(z.string().min(1).max(128), z.discriminatedUnion('kind', [moduleAgent, httpAgent, taskQueueAgent])),
});

/** undici leaves them out: the endpoint would refuse each call, and nobody could tell why. What is no URL is said before. */
function isWithoutUser(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { username, password } = new URL(text);
  return username === '' && password === '';
}

const MOCKS: ReadonlySet<string> = new Set(MOCK_AGENT_IDS);

/** Module paths are resolved from the file's own folder, and must exist. */
export function readAgentsFile(path: string): readonly AgentEntry[] {
  const { agents } = readJsonFile('AGENTS_FILE', path, file);
  return Object.entries(agents).map(([agentId, entry]): AgentEntry => {
    if (MOCKS.has(agentId)) {
      throw new ConfigError(
        `AGENTS_FILE: agent "${agentId}" is built in and cannot be replaced: graphs are tried with it; give yours another id.`,
      );
    }
    if (entry.kind !== 'module') return { agentId, ...entry };
    const modulePath = resolve(dirname(path), entry.path);
    if (!existsSync(modulePath)) {
      throw new ConfigError(`AGENTS_FILE: agent "${agentId}" names ${modulePath}, which does not exist.`);
    }
    return { kind: 'module', agentId, modulePath, quick: entry.quick };
  });
}
