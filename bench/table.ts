// Tables as Markdown.

export type Row = readonly (string | number)[];

export function tableOf(heads: readonly string[], rows: readonly Row[]): string {
  const cell = (value: string | number) =>
    typeof value === 'number' ? (Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toFixed(1)))) : value;
  const line = (cells: Row) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}
