// Says what a chaos run came to: the figures as a table, and the violations.
import type { Figures } from './figures';

const SHOWN_MAX = 25;

export function reportOf(figures: Figures, violations: readonly string[]): string {
  const { kills, silenceMs, flowMs } = figures;
  const hasPostgres = kills.postgres > 0;
  const rows: readonly (readonly [string, string])[] = [
    [
      'kills',
      `${kills.api} API, ${kills.worker} worker, ${kills.temporal} Temporal${hasPostgres ? `, ${kills.postgres} PostgreSQL` : ''}`,
    ],
    ['processes that ended by themselves', String(figures.endedAlone)],
    ['executions that ended', String(figures.executions)],
    ['requests', `${figures.requests} (${figures.unanswered} without an answer, ${figures.askAgain} 503 or 504)`],
    ['longest time without any success', seconds(silenceMs.all)],
    ['  when an API process was killed', seconds(silenceMs.api)],
    ['  when a worker was killed', seconds(silenceMs.worker)],
    ['  when Temporal was killed', seconds(silenceMs.temporal)],
    ...(hasPostgres ? [['  when PostgreSQL was killed', seconds(silenceMs.postgres)] as const] : []),
    ['flow above think time', `p50 ${seconds(flowMs.p50)}, p99 ${seconds(flowMs.p99)}, longest ${seconds(flowMs.max)}`],
    ['agent steps run twice', share(figures.agentStepsTwice, figures.agentSteps)],
    ['deliveries received twice', share(figures.deliveriesTwice, figures.deliveries)],
    ['violations', String(violations.length)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const table = rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
  const listed = violations.slice(0, SHOWN_MAX).map((violation) => `VIOLATION ${violation}`);
  const more = violations.length > SHOWN_MAX ? [`and ${violations.length - SHOWN_MAX} more`] : [];
  return ['', ...table, ...listed, ...more].join('\n');
}

const seconds = (millis: number): string => `${(millis / 1000).toFixed(2)} s`;
const share = (part: number, of: number): string =>
  `${part} of ${of} (${((100 * part) / Math.max(of, 1)).toFixed(2)} %)`;
