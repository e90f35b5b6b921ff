// Templates of messages: `{{dot.path}}` is replaced by what is found there, and nothing else happens (contract 4 section 3).
import { type Json, type JsonObject, valueAt } from '../definition/json';

/** How a value is put so that it stays a value in what surrounds it. */
export type Escape = (text: string) => string;

export const asIs: Escape = (text) => text;

export const asHtml: Escape = (text) => text.replace(/[&<>"']/g, (character) => HTML_ENTITIES[character] ?? character);

const HTML_ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Without this a value could mention everybody or make a link in Slack. */
export const asSlackText: Escape = (text) =>
  text.replace(/[&<>]/g, (character) => HTML_ENTITIES[character] ?? character);

/** Inside a JSON string of Slack's blocks. */
export const asSlackJson: Escape = (text) => JSON.stringify(asSlackText(text)).slice(1, -1);

/** One line: what would begin another header is a blank. */
export const asOneLine: Escape = (text) => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');

/**
 * Missing values are empty, objects and lists are JSON. Only own properties are followed, so `{{constructor}}` finds
 * nothing; what is put in is not looked at again. Null when the text would be longer than `lengthMax`.
 */
export function renderTemplate(
  template: string,
  roots: JsonObject,
  { put, lengthMax }: { readonly put: Escape; readonly lengthMax: number },
): string | null {
  const known = new Map<string, string>();
  let putIn = 0;
  const text = template.replace(/\{\{\s*([^{}\s]+)\s*\}\}/g, (_whole, path: string) => {
    if (putIn > lengthMax) return '';
    const value = known.get(path) ?? put(textOf(valueAt(roots, path.split('.'))));
    known.set(path, value);
    putIn += value.length;
    return value;
  });
  return putIn > lengthMax || text.length > lengthMax ? null : text;
}

function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
