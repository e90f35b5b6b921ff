// HTML from text: what is put into a template is escaped, unless it is HTML already.

export class Html {
  constructor(readonly text: string) {}
}

type Part = string | number | Html | readonly Html[];

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const rendered = parts.map((part) => {
    if (part instanceof Html) return part.text;
    if (Array.isArray(part)) return part.map(({ text }: Html) => text).join('');
    return escaped(String(part));
  });
  return new Html(strings.map((text, index) => `${text}${rendered[index] ?? ''}`).join(''));
}

/** Escapes, and sets what stands between backticks as code; between two of them, what holds one itself. */
export const prose = (text: string): Html =>
  new Html(escaped(text).replace(/``(.+?)``(?!`)|`([^`]+)`/g, (_all, two, one) => `<code>${two ?? one}</code>`));

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
