import { describe, expect, test } from '@jest/globals';
import { readOptions as ofChaos } from '../../bench/chaos/options';
import { FlagError } from '../../bench/flags';
import { readOptions as ofGrowth } from '../../bench/growth/options';
import { readOptions as ofBench } from '../../bench/options';
import { readOptions as ofSoak } from '../../bench/soak/options';
import { readOptions as ofStorm } from '../../bench/storm/options';
import { readOptions as ofCost } from '../../bench/topology/cost-options';

const SCRIPTS = {
  bench: ofBench,
  'bench:growth': ofGrowth,
  soak: ofSoak,
  chaos: ofChaos,
  storm: ofStorm,
  'topology:cost': ofCost,
} as const;

describe('the numbers that a script is told', () => {
  test.each(Object.entries(SCRIPTS))('of npm run %s need not be said', (_name, readOptions) => {
    for (const value of Object.values(readOptions([])).flat()) expect(value).not.toBeNaN();
  });

  test('may be several, and where a fraction means something, fractions', () => {
    expect(ofBench(['--concurrency', '16,1', '--arrivals', '0.5,6'])).toMatchObject({
      concurrency: [16, 1],
      arrivals: [0.5, 6],
    });
    expect(ofGrowth(['--nodes', '', '--open', '100'])).toMatchObject({ nodes: [], open: [100] });
    expect(ofSoak(['--minutes', '2', '--window', '0.5'])).toMatchObject({ minutes: 2, window: 0.5 });
  });

  test.each([
    ['bench', '--rounds', ['abc', '0', '1.5', '', 'Infinity'], 'is a whole number from 1 to 1000.'],
    ['bench', '--flows', ['1.5', '-3', 'x'], 'is a whole number from 1 to 100000.'],
    ['bench', '--concurrency', ['64,x', '0', '1.5'], 'is a whole number from 1 to 1000.'],
    ['bench', '--concurrency', ['', ','], 'is one number or several, such as 64,1.'],
    ['bench', '--arrivals', ['x', '3,-6', '0'], 'is a number from 0.1 to 1000.'],
    ['bench:growth', '--nodes', ['x', '4,2', '101'], 'is a whole number from 3 to 100.'],
    ['bench:growth', '--kilobytes', ['x', '0', '513'], 'is a whole number from 1 to 512.'],
    ['bench:growth', '--open', ['100,1e9', '-1'], 'is a whole number from 1 to 1000000.'],
    ['soak', '--minutes', ['x', '-1', 'NaN'], 'is a number from 0.5 to 10000.'],
    ['soak', '--clients', ['-3', '1.5', 'x'], 'is a whole number from 1 to 256.'],
    ['soak', '--window', ['x', '0'], 'is a number from 0.1 to 10000.'],
    ['soak', '--window', ['60'], 'is less than --minutes: what comes after the first one is looked at.'],
    ['chaos', '--clients', ['-3', 'x', '257'], 'is a whole number from 1 to 256.'],
    ['topology:cost', '--flows', ['x', '1.5'], 'is a whole number from 1 to 100000.'],
    ['topology:cost', '--concurrency', ['x', '0'], 'is a whole number from 1 to 1000.'],
    ['topology:cost', '--idle-seconds', ['x', '-1'], 'is a number from 1 to 3600.'],
    ['topology:cost', '--shards', ['x', '0'], 'is a whole number from 1 to 16384.'],
  ] as const)('npm run %s refuses %s %j', (script, flag, texts, message) => {
    for (const text of texts) {
      expect(() => SCRIPTS[script]([`${flag}=${text}`])).toThrow(new FlagError(`${flag} ${message}`));
    }
  });
});
