// The flags of `npm run chaos`.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { FlagError, readFlags, whole } from '../flags';

const SCENARIOS = ['kill', 'calm', 'stop-worker', 'no-temporal', 'disk-full', 'roll-workers'] as const;
export type Scenario = (typeof SCENARIOS)[number];

const TEMPORALS = ['dev-server', 'postgres'] as const;
/** The dev server with its database file, or the real server on PostgreSQL (bench/topology). */
export type TemporalKind = (typeof TEMPORALS)[number];

export interface Options {
  readonly seed: number;
  readonly executions: number;
  readonly clients: number;
  /** How many times longer than usual people think. */
  readonly thinking: number;
  readonly scenario: Scenario;
  readonly temporal: TemporalKind;
  /** Kills an API or a worker also while its twin is away. */
  readonly sparesNone: boolean;
  /** The folder of another checkout, built, whose workers take over and hand back. */
  readonly otherBuild: string | null;
}

/** Throws a FlagError when a flag is not what it may be. */
export function readOptions(args: string[]): Options {
  const values = readFlags({
    args,
    options: {
      seed: { type: 'string', default: '1' },
      executions: { type: 'string', default: '800' },
      clients: { type: 'string', default: '24' },
      thinking: { type: 'string', default: '1' },
      scenario: { type: 'string', default: 'kill' },
      temporal: { type: 'string', default: 'dev-server' },
      'spare-none': { type: 'boolean', default: false },
      'other-build': { type: 'string' },
    },
  });
  const scenario = SCENARIOS.find((name) => name === values.scenario);
  if (scenario === undefined) throw new FlagError(`--scenario may be ${SCENARIOS.join(', ')}.`);
  const otherBuild = values['other-build'] ?? null;
  if ((scenario === 'roll-workers') !== (otherBuild !== null)) {
    throw new FlagError(
      '--scenario roll-workers needs --other-build, the folder of another checkout, and nothing else does.',
    );
  }
  if (otherBuild !== null && !existsSync(join(otherBuild, 'dist/worker/main.js'))) {
    throw new FlagError(
      `There is no dist/worker/main.js in ${otherBuild}: check out a revision there and run \`npm ci && npm run build\`.`,
    );
  }
  if (scenario === 'roll-workers' && values.thinking !== '1') {
    throw new FlagError(
      '--thinking is for the other scenarios: while workers are replaced people think 80 times longer.',
    );
  }
  const temporal = TEMPORALS.find((name) => name === values.temporal);
  if (temporal === undefined) throw new FlagError(`--temporal may be ${TEMPORALS.join(' or ')}.`);
  if (scenario === 'disk-full' && temporal !== 'dev-server') {
    throw new FlagError('--scenario disk-full is for the dev server: its database is what gets no room.');
  }
  return {
    seed: whole('seed', values.seed, [1, 2 ** 31]),
    executions: whole('executions', values.executions, [1, 100_000]),
    clients: whole('clients', values.clients, [1, 256]),
    thinking: whole('thinking', values.thinking, [1, 100]),
    scenario,
    temporal,
    sparesNone: values['spare-none'],
    otherBuild,
  };
}
