import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import { fittedArgs, readArgs, type Sent } from '../../src/workflows/contract/arguments';
import type { ExecutionArgs } from '../../src/workflows/contract/execution';
import { randomText } from '../support/random-text';

const INPUT_BYTES_MAX = 2 * 1024 * 1024;

const argsOf = (text: string, more: object = {}) =>
  [{ definitionId: 'd' }, { triggerContext: { text }, ...more }] as unknown as ExecutionArgs;
const sizeOf = (sent: Sent<ExecutionArgs> | null): number => (sent as readonly [Uint8Array])[0].length;

describe('the arguments of an execution', () => {
  test('are sent as they are when Temporal takes them', () => {
    const args = argsOf('x'.repeat(2_000_000));
    expect(fittedArgs(args)).toBe(args);
    expect(readArgs(args)).toBe(args);
  });

  test('are sent as one when Temporal would not take them, and read back to the letter', () => {
    const args = [...argsOf('ü€𝄞"\\\n'.repeat(200_000)), { run: { v: 1 } }] as unknown as ExecutionArgs;
    const sent = fittedArgs(args);
    expect(sizeOf(sent)).toBeLessThan(100_000);
    expect(readArgs(sent as Sent<ExecutionArgs>)).toEqual(args);
  });

  test('are read also when the bytes are of another realm, as they are in a workflow', () => {
    const [deflated] = fittedArgs(argsOf('x'.repeat(3_000_000))) as readonly [Uint8Array];
    const foreign = runInNewContext('Uint8Array.from(bytes)', { bytes: [...deflated] }) as Uint8Array;
    expect(readArgs([foreign])).toEqual(argsOf('x'.repeat(3_000_000)));
  });

  test('do not fit when they are as random as that and larger than Temporal takes', () => {
    expect(sizeOf(fittedArgs(argsOf(randomText(2_100_000))))).toBeLessThan(INPUT_BYTES_MAX);
    expect(fittedArgs(argsOf(randomText(2_800_000)))).toBeNull();
  });
});
