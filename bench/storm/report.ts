// Says what a storm came to: how often what happened, and what did not hold, with the histories that were kept of it.
import type { Violation } from './violation';

const SHOWN_MAX = 40;

export function reportOf(
  counts: ReadonlyMap<string, number>,
  violations: readonly Violation[],
  kept: ReadonlyMap<string, readonly string[]>,
): string {
  const rows = [...counts].sort(([a], [b]) => a.localeCompare(b));
  const width = Math.max(...rows.map(([name]) => name.length), 'violations'.length);
  const table = [...rows, ['violations', violations.length] as const].map(
    ([name, value]) => `${name.padEnd(width)}  ${value}`,
  );
  const more = violations.length > SHOWN_MAX ? [`and ${violations.length - SHOWN_MAX} more`] : [];
  const listed = violations
    .slice(0, SHOWN_MAX)
    .map(({ executionId, text }) => `VIOLATION ${executionId === null ? '' : `${executionId}: `}${text}`);
  return ['', ...table, ...listed, ...more, ...keptLines(kept)].join('\n');
}

function keptLines(kept: ReadonlyMap<string, readonly string[]>): string[] {
  const lines = [...kept].flatMap(([executionId, paths]) => paths.map((path) => `  ${executionId}: ${path}`));
  return lines.length === 0 ? [] : ['histories that were kept (npm run storm -- --replay <file>):', ...lines];
}
