// Whether a text has another one in it, in linear time: the built-in search takes seconds on texts made for it.
import type { Work } from './work';

/** So short that the built-in search cannot get lost. */
const SHORT = 16;

export function includesText(text: string, part: string, work: Work): boolean {
  work.spend(1 + text.length + part.length);
  if (part.length > text.length) return false;
  return part.length <= SHORT ? text.includes(part) : search(text, part);
}

/** Knuth, Morris and Pratt: no character of the text is looked at twice. */
function search(text: string, part: string): boolean {
  const borders = bordersOf(part);
  let matched = 0;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    while (matched > 0 && part.charCodeAt(matched) !== code) matched = borders[matched - 1] ?? 0;
    if (part.charCodeAt(matched) === code) matched++;
    if (matched === part.length) return true;
  }
  return false;
}

/** For each beginning of the text: how much of its end is a beginning too. */
function bordersOf(part: string): Int32Array {
  const borders = new Int32Array(part.length);
  let length = 0;
  for (let index = 1; index < part.length; index++) {
    const code = part.charCodeAt(index);
    while (length > 0 && part.charCodeAt(length) !== code) length = borders[length - 1] ?? 0;
    if (part.charCodeAt(length) === code) length++;
    borders[index] = length;
  }
  return borders;
}
