// Takes a secret out of a text in which whoever was sent it may repeat it.

const HIDDEN = '[token]';

/** A shorter one would be found everywhere, and hides nothing. */
export const HIDDEN_LENGTH_MIN = 8;

/**
 * How an escape is read, or null for a text as it stands: as JSON escapes a character (PHP a slash, Go what HTML minds, .NET a
 * plus), as a URL does, or both. Each has one reading: a regex in which a character may be spelled in several ways tries them
 * all, for hours where a secret is of backslashes, and V8 takes none for one of 4,000 characters.
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

/**
 * The text with `[token]` wherever the secret, of ASCII characters, stands in it, however it is spelled. The secret is read like
 * the text, too: who writes a URL leaves the escapes that are there, and so some write a backslash. Takes time in proportion to both.
 */
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
  if (escapes !== null && plain === text) return [];
  const words = [...new Set([secret, read(secret, escapes).plain])].filter(({ length }) => length >= HIDDEN_LENGTH_MIN);
  return words.flatMap((word) =>
    placesOf(word, plain).map((at) => ({ start: startOf(at), end: startOf(at + word.length) })),
  );
}

/** Where a word stands in a text, none within another (Knuth, Morris and Pratt 1977): `indexOf` is quadratic at worst. */
function placesOf(word: string, text: string): readonly number[] {
  const borders = bordersOf(word);
  const places: number[] = [];
  let matched = 0;
  for (let at = 0; at < text.length; at++) {
    while (matched > 0 && text[at] !== word[matched]) matched = borders[matched - 1] ?? 0;
    if (text[at] === word[matched]) matched += 1;
    if (matched < word.length) continue;
    places.push(at + 1 - word.length);
    matched = 0;
  }
  return places;
}

/** Of each beginning of a word, how much of its end is a beginning of it, too. */
function bordersOf(word: string): readonly number[] {
  const borders = [0];
  for (let at = 1; at < word.length; at++) {
    let border = borders[at - 1] ?? 0;
    while (border > 0 && word[at] !== word[border]) border = borders[border - 1] ?? 0;
    borders.push(word[at] === word[border] ? border + 1 : 0);
  }
  return borders;
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
