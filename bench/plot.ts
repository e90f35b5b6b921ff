// A line chart as SVG: for documents, so without colours that need an explanation, and readable where it is dark.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly isLogarithmic: boolean;
  readonly lines: readonly { readonly name: string; readonly points: readonly (readonly [x: number, y: number])[] }[];
}

const [WIDTH, HEIGHT] = [640, 320];
const MARGIN = { left: 70, right: 150, top: 40, bottom: 50 };
const COLOURS = ['#2f6fde', '#d9822b', '#2e9e5b', '#9b59b6'];
const TICKS = 4;
const X_LABELS_MAX = 12;
const LABEL_HEIGHT = 13;

/** As `<name>.svg` in this folder. */
export function draw(folder: string, name: string, chart: Chart): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.svg`), svgOf(chart));
}

function svgOf({ title, xLabel, yLabel, isLogarithmic, lines }: Chart): string {
  const all = lines.flatMap(({ points }) => points);
  const scale = (x: number) => (isLogarithmic ? Math.log10(x) : x);
  const [xMin, xMax] = [Math.min(...all.map(([x]) => scale(x))), Math.max(...all.map(([x]) => scale(x)))];
  const yMax = niceAbove(Math.max(...all.map(([, y]) => y)));
  const left = (x: number) =>
    MARGIN.left + ((scale(x) - xMin) / (xMax - xMin || 1)) * (WIDTH - MARGIN.left - MARGIN.right);
  const top = (y: number) => HEIGHT - MARGIN.bottom - (y / yMax) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const parts = [
    text(WIDTH / 2, 22, title, 'middle', 15),
    text((MARGIN.left + WIDTH - MARGIN.right) / 2, HEIGHT - 10, xLabel, 'middle'),
    `<text x="16" y="${HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 16 ${HEIGHT / 2})">${escaped(yLabel)}</text>`,
  ];
  for (let tick = 0; tick <= TICKS; tick++) {
    const y = (yMax / TICKS) * tick;
    parts.push(`<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${top(y)}" y2="${top(y)}" stroke="#8886"/>`);
    parts.push(text(MARGIN.left - 8, top(y) + 4, shown(y), 'end'));
  }
  const labelled = [...new Set(all.map(([it]) => it))].sort((a, b) => a - b);
  const every = Math.ceil(labelled.length / X_LABELS_MAX);
  for (const x of labelled.filter((_, n) => n % every === 0))
    parts.push(text(left(x), HEIGHT - MARGIN.bottom + 18, shown(x), 'middle'));
  const labels: number[] = [];
  lines.forEach(({ name, points }, n) => {
    const colour = COLOURS[n % COLOURS.length];
    const places = points.map(([x, y]) => [left(x), top(y)] as const);
    parts.push(
      `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${places.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')}"/>`,
      ...places.map(([x, y]) => `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="3.5" fill="${colour}"/>`),
    );
    const last = places.at(-1);
    if (!last) return;
    const y = apart(last[1], labels);
    labels.push(y);
    parts.push(text(last[0] + 10, y + 4, name, 'start', 12, colour));
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#888">\n<title>${escaped(title)}</title>\n${parts.join('\n')}\n</svg>\n`;
}

/** Moves a label down until it is clear of the others. */
function apart(y: number, others: readonly number[]): number {
  const near = others.find((other) => Math.abs(other - y) < LABEL_HEIGHT);
  return near === undefined ? y : apart(near + LABEL_HEIGHT, others);
}

const text = (x: number, y: number, words: string, anchor: string, size = 12, fill = '#888'): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" font-size="${size}" fill="${fill}">${escaped(words)}</text>`;

const escaped = (words: string): string => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const shown = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 });

/** A round number that four lines divide well. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value || 1));
  return ([1, 2, 3, 4, 6, 8, 10].find((step) => step * power >= value) ?? 10) * power;
}
