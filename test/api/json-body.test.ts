// Bodies as values, without a server: what the checks of a body cost beside reading it.
import { expect, test } from '@jest/globals';
import { jsonOf } from '../../src/api/json-body';

/** Milliseconds of this process, the least of a few: other processes take none of it. */
function cpuMs(work: () => unknown): number {
  const once = () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  return Math.min(...Array.from({ length: 5 }, once));
}

test.each([
  ['numbers', '0'],
  ['texts', '""'],
  ['lists', '[]'],
])('a body of 340,000 %s is checked in a few times what it takes to parse it', (_what, item) => {
  const text = `[${Array(340_000).fill(item).join()}]`;
  const bytes = Buffer.from(text);
  const parsing = cpuMs(() => JSON.parse(text));
  expect(cpuMs(() => jsonOf(bytes)) / parsing).toBeLessThan(8);
});
