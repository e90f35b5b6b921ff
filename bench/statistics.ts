// Medians, percentiles and spread.

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Half the distance between the largest and the smallest, as a share of the median. */
export function spread(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / 2 / median(values);
}

/** Of the straight line that fits best (least squares): how much `y` rises while `x` does by one. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean(([it]) => it), mean(([, it]) => it)];
  const spreadOfX = mean(([it]) => (it - x) ** 2);
  return mean(([itsX, itsY]) => (itsX - x) * (itsY - y)) / spreadOfX;
}
