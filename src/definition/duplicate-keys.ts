// Finds objects that have a key twice: what such a text means depends on who reads it, so it is refused (decision 0031).

/** How many members all objects of a text have together, doubles included. The text must be valid JSON. */
export function membersIn(json: string): number {
  let members = 0;
  forEachKey(json, () => members++);
  return members;
}

/** A key that stands twice in one object of a text, or null. The text must be valid JSON. */
export function doubledKey(json: string): string | null {
  const written = keysIn(json);
  const kept = countOf(keysIn(JSON.stringify(JSON.parse(json))));
  const all = countOf(written);
  // The first one: what stands within an object that is not kept comes after that object's own key.
  return written.find((key) => all.get(key) !== kept.get(key)) ?? null;
}

function countOf(keys: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
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
