// Reads a configuration file and checks its shape; what is wrong becomes a ConfigError that names the place.
import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { doubledKey, keysIn } from '../definition/duplicate-keys';
import { issueText } from '../definition/issue-texts';
import { ConfigError } from './config-error';
import { unreadableFile } from './shown-value';

export function readJsonFile<T extends z.ZodType>(variable: string, path: string, schema: T): z.output<T> {
  const parsed = schema.safeParse(jsonIn(variable, path), { error: issueText });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ConfigError(`${variable}: in ${path}, ${issue?.path.join('.') || 'the top'}: ${issue?.message}.`);
}

function jsonIn(variable: string, path: string): unknown {
  const text = textOf(variable, path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ConfigError(`${variable}: ${path} is not valid JSON.`);
  }
  // JSON.parse keeps the last one alone: an agent, or all tokens of a key, would be gone without a word.
  const doubled = doubledKey(text);
  if (doubled !== null) {
    throw new ConfigError(
      `${variable}: in ${path}, an object has the key "${doubled}" twice; each may stand there once.`,
    );
  }
  // zod leaves it out.
  if (keysIn(text).includes('__proto__')) {
    throw new ConfigError(`${variable}: in ${path}, the key "__proto__" is not accepted.`);
  }
  return value;
}

/** Some editors put a byte order mark in front of a text; it is no part of it. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });

function textOf(variable: string, path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new ConfigError(unreadableFile(variable, path, error as NodeJS.ErrnoException));
  }
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new ConfigError(`${variable}: ${path} is not UTF-8; save it as that.`);
  }
}
