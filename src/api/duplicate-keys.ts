// Finds objects that have a key twice: what such a body means depends on who reads it, so it is refused (decision 0031).

/** How many members all objects of a text have together, doubles included. The text must be valid JSON. */
export function membersIn(json: string): number {
  let members = 0;
  let at = json.indexOf('"');
  while (at !== -1) {
    const end = endOfString(json, at);
    if (isFollowedByColon(json, end + 1)) members++;
    at = json.indexOf('"', end + 1);
  }
  return members;
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
