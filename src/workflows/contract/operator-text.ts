// What callers and agents wrote, where the Temporal UI shows it to operators as Markdown.
import { jsonBytes } from '../../definition/json';

/** Shown as it is, on one line: no link, picture, list or heading comes of it. */
export const asWritten = (text: string): string => text.replace(/[\\`*[\]<>]/g, '\\$&').replace(/\s+/g, ' ');

/** Temporal has a bound of 400 bytes for summaries (`limit.userMetadataSummarySize`), which not every version enforces. */
const SUMMARY_BYTES_MAX = 350;

/** Markdown of one line, as short as a summary must be. */
export function summaryOf(text: string): string {
  if (jsonBytes(text) <= SUMMARY_BYTES_MAX) return text;
  const characters = [...text];
  let shown = text;
  while (jsonBytes(shown) > SUMMARY_BYTES_MAX) {
    characters.splice(-10);
    shown = `${characters.join('')}…`;
  }
  return shown;
}
