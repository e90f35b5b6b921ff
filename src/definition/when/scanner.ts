// Reads an infix `when` from left to right: names, numbers, texts, signs. Each refusal has the offset at which it stands.
import { PLAIN_PATH } from './path';

/** Thrown while reading; `parseInfix` turns it into a value. */
export class Refusal extends Error {
  constructor(
    message: string,
    /** Offset in the text, from 0. */
    readonly index: number,
  ) {
    super(message);
  }
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
]);
const ASCII = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
/** What can stand in a name: letters, digits, `_`, `$` and whatever is not ASCII. */
const ASCII_IN_NAME = new Set(ASCII.filter((char) => /[\w$]/.test(char)));
const isInName = (char: string): boolean => ASCII_IN_NAME.has(char) || char >= '\u0080';
const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);
/** What else than a name a value can begin with. */
const BEGINS_VALUE = new Set('"\'(![-.');
/** What is mostly meant by half an operator. */
const MEANT: ReadonlyMap<string, string> = new Map([
  ['=', '; write ==, <= or >='],
  ['&', '; write &&'],
  ['|', '; write ||'],
]);
const NAME = /(?!\d)[\w$\u0080-\uffff]+/y;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const ITEM = /\d+/y;

export class Scanner {
  index = 0;

  constructor(private readonly text: string) {}

  /** The next character that is no space, or '' at the end. */
  peek(): string {
    while (isSpace(this.text.charCodeAt(this.index))) this.index++;
    return this.text.charAt(this.index);
  }

  /** Whether the next character is this one; it is then read. */
  take(char: string): boolean {
    if (this.peek() !== char) return false;
    this.index++;
    return true;
  }

  /** The first of these signs that comes next, or null; it is not read. They are looked up by their first character. */
  peekSign<S extends { readonly sign: string }>(signs: ReadonlyMap<string, readonly S[]>): S | null {
    for (const candidate of signs.get(this.peek()) ?? []) {
      if (this.text.startsWith(candidate.sign, this.index)) return candidate;
    }
    return null;
  }

  name(): string | null {
    return this.read(NAME);
  }

  /** The whole of a path in its usual spelling; null when something else stands here, or a path that is to be looked at. */
  plainPath(): string | null {
    return this.read(PLAIN_PATH);
  }

  /** Whether a value can begin here. */
  isAtValue(): boolean {
    const char = this.peek();
    return isInName(char) || BEGINS_VALUE.has(char);
  }

  /** The number of an item of a list, as in `items.0`. */
  item(): string | null {
    return this.read(ITEM);
  }

  number(): number {
    const start = this.index;
    const value = Number(this.read(NUMBER) ?? Number.NaN);
    if (Number.isNaN(value)) throw this.unexpected();
    if (!Number.isFinite(value)) throw new Refusal('the number is too large', start);
    if (isInName(this.text.charAt(this.index))) throw new Refusal('a name cannot begin with a digit', start);
    return value;
  }

  /** A text in the quotes at which the scanner stands. */
  quoted(): string {
    const quote = this.text.charAt(this.index++);
    let value = '';
    let start = this.index;
    for (; this.index < this.text.length; this.index++) {
      const char = this.text.charAt(this.index);
      if (char === quote) return value + this.text.slice(start, this.index++);
      if (char !== '\\') continue;
      value += this.text.slice(start, this.index) + this.escaped();
      start = this.index + 1;
    }
    throw new Refusal(`Unclosed quote after "${value + this.text.slice(start)}"`, this.index);
  }

  /** What can never stand here. */
  unexpected(): Refusal {
    const char = this.peek();
    if (char === '') return new Refusal('the expression ends too early', this.index);
    if (isInName(char) || '"\'('.includes(char)) return new Refusal('an operator is missing', this.index);
    return new Refusal(`Unexpected "${char}"${MEANT.get(char) ?? ''}`, this.index);
  }

  private escaped(): string {
    const char = this.text.charAt(++this.index);
    const code = /^u([0-9a-fA-F]{4})/.exec(this.text.slice(this.index, this.index + 5))?.[1];
    if (code === undefined) return ESCAPES.get(char) ?? char;
    this.index += 4;
    return String.fromCharCode(Number.parseInt(code, 16));
  }

  private read(pattern: RegExp): string | null {
    const start = this.index;
    pattern.lastIndex = start;
    if (!pattern.test(this.text)) return null;
    this.index = pattern.lastIndex;
    return this.text.slice(start, this.index);
  }
}
