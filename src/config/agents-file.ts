// Which agents the operator adds to the built-in ones (contract 2 section 10, contract 6 AGENTS_FILE).
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import type { AgentEntry } from '../activities/agents/registry';
import { ConfigError } from './config-error';
import { readJsonFile } from './json-file';

const moduleAgent = z.strictObject({
  kind: z.literal('module'),
  path: z.string().min(1),
  quick: z.boolean().default(false),
});
/** Described in the contract and not built yet: refused by name below. */
const laterAgent = z.looseObject({ kind: z.enum(['http', 'taskQueue']) });

const file = z.strictObject({
  agents: z.record(z.string().min(1).max(128), z.union([moduleAgent, laterAgent])),
});

/** Module paths are resolved from the file's own folder, and must exist. */
export function readAgentsFile(path: string): readonly AgentEntry[] {
  const { agents } = readJsonFile('AGENTS_FILE', path, file);
  return Object.entries(agents).map(([agentId, entry]) => {
    if (entry.kind !== 'module') {
      throw new ConfigError(
        `AGENTS_FILE: agent "${agentId}" is of kind ${entry.kind}, which this version does not support; it has module.`,
      );
    }
    const { path: modulePath, quick } = entry as z.output<typeof moduleAgent>;
    const absolute = resolve(dirname(path), modulePath);
    if (!existsSync(absolute))
      throw new ConfigError(`AGENTS_FILE: agent "${agentId}" names ${absolute}, which does not exist.`);
    return { agentId, modulePath: absolute, quick };
  });
}
