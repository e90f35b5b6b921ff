// Reads an infix `when` from left to right: names, numbers, texts, signs. Each refusal has the offset at which it stands.

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
/** Whether a character can stand in a name: letters, digits, `_`, `$` and whatever is not ASCII. */
const IN_NAME = Uint8Array.from({ length: 128 }, (_, code) => (/[\w$]/.test(String.fromCharCode(code)) ? 1 : 0));
const isInName = (code: number): boolean => IN_NAME[code] === 1 || code >= 128;
const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const ITEM = /\d+/y;

export class Scanner {
  index = 0;

  constructor(private readonly text: string) {}

  /** The next character that is no space, or '' at the end. */
  peek(): string {
    this.skipSpaces();
    return this.text.charAt(this.index);
  }

  /** Whether the next characters are these; they are then read. */
  take(sign: string): boolean {
    this.skipSpaces();
    if (!this.text.startsWith(sign, this.index)) return false;
    this.index += sign.length;
    return true;
  }

  /** The longest of these signs, of one or two characters, that comes next; it is then read. */
  takeOneOf(signs: ReadonlyMap<string, unknown>): string | null {
    this.skipSpaces();
    for (const length of [2, 1]) {
      const sign = this.text.slice(this.index, this.index + length);
      if (!signs.has(sign)) continue;
      this.index += length;
      return sign;
    }
    return null;
  }

  name(): string | null {
    const start = this.index;
    if (isDigit(this.text.charCodeAt(start))) return null;
    while (isInName(this.text.charCodeAt(this.index))) this.index++;
    return this.index === start ? null : this.text.slice(start, this.index);
  }

  /** Whether a value can begin here. */
  isAtValue(): boolean {
    const char = this.peek();
    return char !== '' && (isInName(char.charCodeAt(0)) || '"\'(![-.'.includes(char));
  }

  isAtNumber(): boolean {
    const code = this.text.charCodeAt(this.index);
    return isDigit(code) || code === 46;
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
    if (this.name() !== null) throw new Refusal('a name cannot begin with a digit', start);
    return value;
  }

  /** A text in the quotes at which the scanner stands. */
  quoted(): string {
    const quote = this.text.charAt(this.index++);
    let value = '';
    for (; this.index < this.text.length; this.index++) {
      const char = this.text.charAt(this.index);
      if (char === quote) {
        this.index++;
        return value;
      }
      value += char === '\\' ? this.escaped() : char;
    }
    throw new Refusal(`Unclosed quote after "${value}"`, this.index);
  }

  /** What can never stand here. */
  unexpected(): Refusal {
    const char = this.peek();
    if (char === '') return new Refusal('the expression ends too early', this.index);
    return new Refusal(
      isInName(char.charCodeAt(0)) || '"\'('.includes(char) ? 'an operator is missing' : `Unexpected "${char}"`,
      this.index,
    );
  }

  private skipSpaces(): void {
    while (isSpace(this.text.charCodeAt(this.index))) this.index++;
  }

  private escaped(): string {
    const char = this.text.charAt(++this.index);
    const code = /^u([0-9a-fA-F]{4})/.exec(this.text.slice(this.index, this.index + 5))?.[1];
    if (code === undefined) return ESCAPES.get(char) ?? char;
    this.index += 4;
    return String.fromCharCode(Number.parseInt(code, 16));
  }

  private read(pattern: RegExp): string | null {
    pattern.lastIndex = this.index;
    const found = pattern.exec(this.text);
    if (!found) return null;
    this.index = pattern.lastIndex;
    return found[0];
  }
}
