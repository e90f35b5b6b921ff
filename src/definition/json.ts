// JSON values, as everything that is stored or sent is made of them.

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Never returns: tells the type checker that every variant of a union has been handled. */
export function assertNever(value: never): never {
  throw new Error(`unhandled variant: ${JSON.stringify(value)}`);
}

/** What stands under a path of own keys, or undefined. */
export function valueAt(root: Json, path: readonly string[]): Json | undefined {
  let value: Json | undefined = root;
  for (const key of path) {
    if (value === undefined || !isNested(value) || !Object.hasOwn(value as JsonObject, key)) return undefined;
    value = (value as JsonObject)[key];
  }
  return value;
}

/** A text that is written as it is, between two quotes. */
const PLAIN = /^[ !#-[\]-~]*$/;
const BEYOND_ASCII = /[^\0-\x7f]/;

/** The length of a value as UTF-8 JSON, in bytes. */
export function jsonBytes(value: Json): number {
  if (typeof value === 'string' && PLAIN.test(value)) return value.length + 2;
  const text = JSON.stringify(value);
  if (!BEYOND_ASCII.test(text)) return text.length;
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    // A surrogate pair is two units and four bytes, so each half counts two.
    if (code > 0x7f) bytes += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
  }
  return bytes;
}

/**
 * Whether arrays and objects are nested more than so many levels deep, the value itself being the first. Level by level, so
 * that no depth exhausts the stack: to write what is thousands deep `JSON.stringify` throws. Not for values with cycles.
 */
export function isDeeper(root: unknown, levels: number): boolean {
  let level: readonly unknown[] = [root].filter(isNested);
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === levels) return true;
    level = level.flatMap((value) => Object.values(value as object).filter(isNested));
  }
  return false;
}

const isNested = (value: unknown): boolean => typeof value === 'object' && value !== null;
