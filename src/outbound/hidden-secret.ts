// Takes a secret out of a text in which whoever was sent it may repeat it.

const HIDDEN = '[token]';

/**
 * How an escape is read, or null for a text as it stands: as JSON escapes a character (PHP a slash, Go what HTML minds, .NET a
 * plus), as a URL does, or both. What spells a secret does so in one of these ways throughout. Each has one reading: a regex in which
 * a character may be spelled in several ways tries them all, for hours where a secret is of backslashes, and V8 takes none for
 * one of 4,000 characters.
 */
const READINGS: readonly (RegExp | null)[] = [
  null,
  /\\u00([0-9a-f]{2})|\\(.)/gis,
  /%([0-9a-f]{2})/gi,
  /(?:\\u00|%)([0-9a-f]{2})|\\(.)/gis,
];

interface Range {
  readonly start: number;
  readonly end: number;
}

/** The text with `[token]` wherever the secret, of ASCII characters, stands in it, however it is spelled. */
export function withoutSecret(text: string, secret: string): string {
  const found = READINGS.flatMap((escapes) => rangesOf(text, secret, escapes));
  let rest = '';
  let end = 0;
  for (const range of found.sort((one, other) => one.start - other.start)) {
    if (range.start >= end) rest += text.slice(end, range.start) + HIDDEN;
    end = Math.max(end, range.end);
  }
  return rest + text.slice(end);
}

function rangesOf(text: string, secret: string, escapes: RegExp | null): readonly Range[] {
  const { plain, startOf } = read(text, escapes);
  const ranges: Range[] = [];
  for (let at = plain.indexOf(secret); at >= 0; at = plain.indexOf(secret, at + secret.length)) {
    ranges.push({ start: startOf(at), end: startOf(at + secret.length) });
  }
  return ranges;
}

interface Read {
  readonly plain: string;
  /** Where in the text the character at this place of `plain` begins; the end of the text for what is behind the last. */
  readonly startOf: (place: number) => number;
}

function read(text: string, escapes: RegExp | null): Read {
  if (escapes === null) return { plain: text, startOf: (place) => place };
  const starts: number[] = [];
  let plain = '';
  let end = 0;
  const take = (characters: string, isEscape: boolean): void => {
    for (let place = 0; place < characters.length; place++) starts.push(isEscape ? end : end + place);
    plain += characters;
  };
  for (const { 0: spelled, 1: hex, 2: itself, index } of text.matchAll(escapes)) {
    take(text.slice(end, index), false);
    end = index;
    take(hex === undefined ? (itself ?? '') : String.fromCharCode(Number.parseInt(hex, 16)), true);
    end += spelled.length;
  }
  take(text.slice(end), false);
  return { plain, startOf: (place) => starts[place] ?? text.length };
}
