// What comes from outside, without half characters.
import type { JsonObject } from './json';

/** With U+FFFD for half a character, so that it is as long as it was. */
export const wholeText = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

/**
 * JSON with U+FFFD for half a character where one was cut: the API takes none from its callers, so nobody could name a response by
 * such an id, and strict readers refuse JSON that has one. Only halves are written as escapes in JSON that we write; a backslash
 * before them is one of the text itself.
 */
export const wholeCharacters = (json: string): string =>
  json.replace(/(?<!\\)((?:\\\\)*)\\u(?:d[89a-f][0-9a-f]{2})/g, '$1\ufffd');

/** The same for an object, in its keys too. */
export function wholeJson(value: JsonObject): JsonObject {
  const json = JSON.stringify(value);
  const whole = wholeCharacters(json);
  return whole === json ? value : (JSON.parse(whole) as JsonObject);
}
