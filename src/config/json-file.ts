// Reads a configuration file and checks its shape; what is wrong becomes a ConfigError that names the place.
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { issueText } from '../definition/issue-texts';
import { ConfigError } from './config-error';

export function readJsonFile<T extends z.ZodType>(variable: string, path: string, schema: T): z.output<T> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError(
      `${variable} names ${path}, which cannot be read (${(error as NodeJS.ErrnoException).code}).`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ConfigError(`${variable}: ${path} is not valid JSON.`);
  }
  const parsed = schema.safeParse(value, { error: issueText });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ConfigError(`${variable}: in ${path}, ${issue?.path.join('.') || 'the top'}: ${issue?.message}.`);
}
