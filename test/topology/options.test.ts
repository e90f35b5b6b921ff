import { describe, expect, test } from '@jest/globals';
import { readOptions } from '../../bench/topology/options';

describe('the flags of npm run topology', () => {
  test('without any it is left running on a port and a folder of its own', () => {
    expect(readOptions([])).toEqual({ dataDir: null, temporalPort: null, dynamicConfig: [], command: [] });
  });

  test("what follows -- is the command, with its own flags and --'s", () => {
    const args = ['--data-dir', '/data', '--port', '7233', '--dynamic-config', 'a=1', '--dynamic-config', 'b=2'];
    expect(readOptions([...args, '--', 'npx', 'jest', '--port', '--', 'x'])).toEqual({
      dataDir: '/data',
      temporalPort: 7233,
      dynamicConfig: ['a=1', 'b=2'],
      command: ['npx', 'jest', '--port', '--', 'x'],
    });
  });

  test.each([['0'], ['32768'], ['x']])('a port %s is refused', (port) => {
    expect(() => readOptions(['--port', port])).toThrow('--port is a whole number from 1 to 32767');
  });

  test('what is no flag is refused', () => {
    expect(() => readOptions(['--prot', '1'])).toThrow('--prot');
    expect(() => readOptions(['command'])).toThrow('command');
  });
});
