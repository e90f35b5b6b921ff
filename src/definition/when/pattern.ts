// Regular expressions of `when`: what they may cost before they are compiled, and searching (docs/decisions/0052).
import { RE2JS } from 're2js';
import { LIMITS } from '../limits';

/** RE2JS folds a wide range letter by letter: milliseconds for five characters of pattern. */
const WIDE_RANGE = /-(?:[^\0-\x7f]|\\[x0-7a])/;
const IGNORES_CASE = /\(\?[A-Za-z]*i/;
/** What a Unicode class costs to compile, in instructions. */
const UNICODE_CLASS_COST = 20;
const PATTERN_COST = 10;
/** So many characters of a class cost an instruction more: each of its members is put together with those before. */
const LONG_CLASS = 16;

/** What is wrong with a pattern, or null. Takes no long time on any text. */
export function patternError(pattern: string): string | null {
  if (IGNORES_CASE.test(pattern) && WIDE_RANGE.test(pattern)) {
    return 'bad regex: a pattern that ignores case takes ranges of ASCII characters only';
  }
  const cost = patternCost(pattern);
  if (cost > LIMITS.regexSizeMax) return tooLarge(cost);
  const regex = compiledPattern(pattern);
  if (regex instanceof Error) return `bad regex: ${regex.message} (RE2 syntax)`;
  const size = regex.programSize();
  return size > LIMITS.regexSizeMax ? tooLarge(size) : null;
}

const tooLarge = (size: number): string => `the pattern of regex is too large (${size} of ${LIMITS.regexSizeMax})`;

const ATOM =
  /\\[pP](?:\{[^}]*\}?|.)?|\\x\{[^}]*\}|\\.?|\[\^?\]?(?:\\.|\[:|[^\]\\])*\]?|\{(\d{1,4})(,?)(\d{0,4})\}|./gsu;

/** About how many instructions a pattern has, counted repetitions written out; never fewer than a tenth of them. */
export function patternCost(pattern: string): number {
  const open: number[] = [];
  let size = PATTERN_COST;
  let last = 0;
  for (const [atom, least, , most] of pattern.matchAll(ATOM)) {
    if (atom === '(') {
      open.push(size);
      size = 1;
      last = 0;
    } else if (atom === ')') {
      last = size + 1;
      size = (open.pop() ?? 0) + last;
    } else if (least !== undefined) {
      const times = Math.max(1, Number(least), Number(most));
      size += last * (times - 1);
      last *= times;
    } else {
      last = 1 + UNICODE_CLASS_COST * unicodeClassesIn(atom);
      // Not of what a repetition repeats: a class is put together once.
      size += last + Math.floor(atom.length / LONG_CLASS);
    }
  }
  return open.reduce((sum, outer) => sum + outer, size);
}

/** The most that the patterns in a condition can have cost which could not be read, counted repetitions aside. */
export const unreadCost = (condition: string): number =>
  PATTERN_COST + condition.length + UNICODE_CLASS_COST * unicodeClassesIn(condition);

const unicodeClassesIn = (text: string): number => (text.match(/\\[pP]/g) ?? []).length;

/** Whether the pattern is found in a text; one that does not compile is found nowhere. In linear time (RE2). */
export function isFound(pattern: string, text: string): boolean {
  const regex = compiledPattern(pattern);
  return !(regex instanceof Error) && regex.test(text);
}

/** How much a search may cost for each character. */
export function searchCost(pattern: string): number {
  const regex = compiledPattern(pattern);
  return regex instanceof Error ? 0 : regex.programSize();
}

/** Pure functions of their text, so this is no state; the oldest is dropped first. Larger than any definition's set. */
const compiled = new Map<string, RE2JS | Error>();
const COMPILED_MAX = 300;

function compiledPattern(pattern: string): RE2JS | Error {
  const known = compiled.get(pattern);
  if (known) return known;
  const regex = compile(pattern);
  if (compiled.size >= COMPILED_MAX) compiled.delete(compiled.keys().next().value ?? '');
  compiled.set(pattern, regex);
  return regex;
}

function compile(pattern: string): RE2JS | Error {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    return error instanceof Error ? error : new Error('not understood');
  }
}
