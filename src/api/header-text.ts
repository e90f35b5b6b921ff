// The text of a header. Node reads its bytes as Latin-1; who writes UTF-8 means the same text in a header as in a body.

export function headerText(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const bytes = Buffer.from(String(header), 'latin1');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return String(header);
  }
}
