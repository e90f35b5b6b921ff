// Texts that are kept, shown or sent in part.

/** At most so many UTF-16 units of a text, and never half a character, which no JSON of ours may hold. */
export const beginningOf = (text: string, lengthMax: number): string =>
  text.length <= lengthMax ? text : text.slice(0, lengthMax).replace(/[\uD800-\uDBFF]$/, '');

/** The text, or its beginning and a sign that it went on, which comes on top of `lengthMax`. */
export const shortened = (text: string, lengthMax: number): string =>
  text.length <= lengthMax ? text : `${beginningOf(text, lengthMax)} …`;

/** The same where no unit may come on top. */
export const cutTo = (text: string, lengthMax: number): string =>
  text.length <= lengthMax ? text : `${beginningOf(text, lengthMax - 1)}…`;
