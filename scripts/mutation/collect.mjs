// The pure tests as a list of functions, with jest's own `expect`, tables and snapshots, but without jest around them.
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { jestExpect } from '@jest/expect';
import fc from 'fast-check';
import { bind } from 'jest-each';
import { SnapshotState } from 'jest-snapshot';
import { load, provide } from './modules.mjs';

/** The rooms whose tests need nothing but src/definition and src/engine; that the model finds planted bugs is no matter here. */
const ROOMS = ['test/definition', 'test/engine', 'test/model'];
const LEFT_OUT = 'planted.test.ts';

// Every mutant meets the same cases, a small share of them; what fails has killed it, and nobody reads the smallest case.
process.env.COUNTERSIGN_TEST_CASES_SHARE ??= '0.01';
fc.configureGlobal({ seed: 20_261_124, endOnFailure: true });

export const testFiles = (root) =>
  ROOMS.flatMap((room) => readdirSync(join(root, room)).map((name) => join(root, room, name))).filter(
    (path) => path.endsWith('.test.ts') && basename(path) !== LEFT_OUT,
  );

/** The tests of a file: their names, and how to run them. */
export function collectTests(root, file) {
  const tests = [];
  collecting = { tests, file, titles: [], snapshotState: snapshotsOf(root, file) };
  load(file);
  return tests;
}

/** The file whose tests are being declared. */
let collecting;

function describe(title, body) {
  const { titles } = collecting;
  collecting.titles = [...titles, title];
  body();
  collecting.titles = titles;
}

function test(title, body) {
  const { tests, file, titles, snapshotState } = collecting;
  const name = [...titles, title].join(' ');
  const run = async () => {
    jestExpect.setState({ currentTestName: name, testPath: file, snapshotState, suppressedErrors: [] });
    await body();
    // A snapshot that differs does not throw.
    const [error] = jestExpect.getState().suppressedErrors;
    if (error) throw error;
  };
  tests.push({ name, file, run });
}

describe.each = bind(describe, false);
test.each = bind(test, false);
provide('@jest/globals', { describe, test, expect: jestExpect });

function snapshotsOf(root, file) {
  const path = join(dirname(file), '__snapshots__', `${basename(file)}.snap`);
  const snapshotFormat = { escapeString: false, printBasicPrototype: false };
  return new SnapshotState(path, { rootDir: root, updateSnapshot: 'none', expand: false, snapshotFormat });
}
