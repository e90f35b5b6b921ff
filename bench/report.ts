// What a run of the benchmark says: a table of medians and ratios for each load, and drawings over all of them.
import { draw } from './plot';
import type { VariantName } from './processes';
import { MEASURES, type Measure, type Round } from './round';
import { median, spread } from './statistics';

export type Rounds = ReadonlyMap<VariantName, readonly Round[]>;

/** Of `  MISSED: at least 1.0`, and two between it and the next column. */
const VERDICT_WIDTH = 24;

/** Ours over the hand-written one. */
const TARGETS = {
  'CPU ms per flow': ['at most', 1.0],
  'flows per second': ['at least', 1.0],
  'dispatch p50 ms': ['at most', 1.3],
  'decision p50 ms': ['at most', 1.1],
} as const;

/** Prints the table; true when a target was missed. */
export function report(
  rounds: Rounds,
  { label, isHeldToTargets }: { readonly label: string; readonly isHeldToTargets: boolean },
  say: (line: string) => void,
): boolean {
  let isMissed = false;
  const further = (['dbos', 'webhooks'] as const).filter((name) => rounds.has(name));
  const heads = further.map((name) => `${name.padStart(9)}   (spread)   ratio`).join('  ');
  const furtherHead = further.length > 0 ? `${''.padEnd(VERDICT_WIDTH)}${heads}` : '';
  say(`\n${label.padEnd(32)}ours   (spread)  hand-written   (spread)   ratio${furtherHead}`);
  for (const [name, measure] of Object.entries(MEASURES)) {
    const of = (variant: VariantName) => (rounds.get(variant) ?? []).map(measure);
    const [ours, hand] = [of('ours'), of('hand-written')];
    const target = isHeldToTargets ? TARGETS[name as keyof typeof TARGETS] : undefined;
    const ratio = median(ours) / median(hand);
    const isMet = !target || (target[0] === 'at most' ? ratio <= target[1] : ratio >= target[1]);
    isMissed ||= !isMet;
    const verdict = target ? `  ${isMet ? 'met' : 'MISSED'}: ${target[0]} ${target[1].toFixed(1)}` : '';
    const others = further.map((variant) => besides(ours, of(variant))).join('  ');
    const line = `${name.padEnd(28)}${cell(ours)}  ${besides(ours, hand)}${verdict.padEnd(VERDICT_WIDTH)}${others}`;
    say(line.trimEnd());
  }
  say('');
  return isMissed;
}

/** Another variant's cell, and ours divided by it. */
function besides(ours: readonly number[], other: readonly number[]): string {
  const ratio = median(ours) / median(other);
  return `${cell(other)}  ${Number.isFinite(ratio) ? ratio.toFixed(2).padStart(6) : '     -'}`;
}

const cell = (values: readonly number[]): string =>
  `${median(values).toFixed(2).padStart(9)} (±${((spread(values) || 0) * 100).toFixed(0).padStart(3)} %)`;

const DRAWN = {
  'bench-flows': ['Flows a second', 'flows per second'],
  'bench-cpu': ['CPU of a flow, ms', 'CPU ms per flow'],
  'bench-decision': ['A decision, p50 in ms', 'decision p50 ms'],
  'bench-flow': ['A whole flow, p50 in ms', 'whole flow p50 ms'],
} as const;

const NAMES: Readonly<Record<VariantName, string>> = {
  ours: 'ours',
  'hand-written': 'hand-written',
  dbos: 'DBOS',
  webhooks: 'ours, webhooks',
};

/** Draws what there is of several numbers of flows at a time. */
export function drawAll(folder: string, byConcurrency: ReadonlyMap<number, Rounds>): void {
  const all = [...byConcurrency].sort(([one], [other]) => one - other);
  const names = [...(all[0]?.[1].keys() ?? [])];
  for (const [file, [title, row]] of Object.entries(DRAWN)) {
    const measure = MEASURES[row] as Measure;
    draw(folder, file, {
      title: `${title}, by how many run at a time`,
      xLabel: 'flows at a time',
      yLabel: title,
      isLogarithmic: true,
      lines: names.map((name) => ({
        name: NAMES[name],
        points: all.map(
          ([concurrency, rounds]) => [concurrency, median((rounds.get(name) ?? []).map(measure))] as const,
        ),
      })),
    });
  }
}
