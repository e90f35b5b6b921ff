// Finds objects that have a key twice: what such a text means depends on who reads it, so it is refused (decision 0031).

/** How many members all objects of a text have together, doubles included. The text must be valid JSON. */
export function membersIn(json: string): number {
  let members = 0;
  forEachKey(json, () => members++);
  return members;
}

/** The first key that stands a second time in its object, or null. The text must be valid JSON. */
export function doubledKey(json: string): string | null {
  const open: Set<string>[] = [];
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"\s*:?|[{}]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (token.endsWith(':')) {
      const key = JSON.parse(token.slice(0, -1)) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return null;
}

/** The keys of all objects of a text, as often as they stand there. The text must be valid JSON. */
export function keysIn(json: string): readonly string[] {
  const keys: string[] = [];
  forEachKey(json, (start, end) => keys.push(JSON.parse(json.slice(start, end)) as string));
  return keys;
}

/** Says of each key where it begins, at its quote, and where it has ended. */
function forEachKey(json: string, visit: (start: number, end: number) => void): void {
  let at = json.indexOf('"');
  while (at !== -1) {
    const end = endOfString(json, at);
    if (isFollowedByColon(json, end + 1)) visit(at, end + 1);
    at = json.indexOf('"', end + 1);
  }
}

/** The closing quote: the first one with an even number of backslashes before it. */
function endOfString(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); ; end = json.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (json[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return end;
  }
}

function isFollowedByColon(json: string, from: number): boolean {
  let at = from;
  while (json[at] === ' ' || json[at] === '\n' || json[at] === '\r' || json[at] === '\t') at++;
  return json[at] === ':';
}
