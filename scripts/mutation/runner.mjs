// Stryker's test runner: the pure tests in one process, loaded anew for each mutant, up to the first that fails.
import { resolve } from 'node:path';
import { declareClassPlugin, declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  DryRunStatus,
  determineHitLimitReached,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { collectTests, testFiles } from './collect.mjs';

/** What the instrumented code reads and writes: the active mutant, its hits, and what each test covers. */
globalThis.__stryker__ = {};
const instrumented = globalThis.__stryker__;

class PureTestRunner {
  #root = resolve('.');
  /** What is known of a test from the times it ran: the quick ones run first. */
  #tookMs = new Map();
  #fileOf = new Map();

  capabilities() {
    return { reloadEnvironment: true };
  }

  async dryRun() {
    const results = [];
    for (const test of this.#collect()) {
      instrumented.currentTestId = test.name;
      results.push(await this.#run(test));
      instrumented.currentTestId = undefined;
    }
    return { status: DryRunStatus.Complete, tests: results, mutantCoverage: instrumented.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit }) {
    Object.assign(instrumented, { activeMutant: activeMutant.id, hitLimit, hitCount: hitLimit ? 0 : undefined });
    const result = await this.#untilOneFails(testFilter);
    return toMutantRunResult(determineHitLimitReached(instrumented.hitCount, hitLimit) ?? result);
  }

  async #untilOneFails(wanted) {
    const results = [];
    for (const test of this.#collect(wanted)) {
      results.push(await this.#run(test));
      if (results.at(-1).status === TestStatus.Failed) break;
    }
    return { status: DryRunStatus.Complete, tests: results };
  }

  /** The tests of these names, or all of them. */
  #collect(names) {
    const files = names?.every((name) => this.#fileOf.has(name)) ? names.map((name) => this.#fileOf.get(name)) : null;
    const wanted = names && new Set(names);
    try {
      const tests = collectTests(this.#root, files ? new Set(files) : testFiles(this.#root));
      for (const { name, file } of tests) this.#fileOf.set(name, file);
      const took = ({ name }) => this.#tookMs.get(name) ?? 0;
      return tests.filter(({ name }) => !wanted || wanted.has(name)).sort((a, b) => took(a) - took(b));
    } catch (error) {
      const [name, file] = ['the modules load', ''];
      return [{ name, file, run: () => Promise.reject(error) }];
    }
  }

  async #run(test) {
    const startedAt = performance.now();
    const error = await test.run().catch((thrown) => thrown ?? 'nothing was thrown');
    const timeSpentMs = performance.now() - startedAt;
    const known = { id: test.name, name: test.name, fileName: test.file, timeSpentMs };
    if (error) return { ...known, status: TestStatus.Failed, failureMessage: String(error.message ?? error) };
    this.#tookMs.set(test.name, timeSpentMs);
    return { ...known, status: TestStatus.Success };
  }
}

/** The branch of a switch that no value of its type reaches. */
const unreachable = {
  shouldIgnore(path) {
    if (!path.isSwitchCase() || path.node.test) return undefined;
    return /^\s*default:\s*return assertNever\(/.test(path.toString()) ? 'no value reaches it' : undefined;
  },
};

export const strykerPlugins = [
  declareClassPlugin(PluginKind.TestRunner, 'pure', PureTestRunner),
  declareValuePlugin(PluginKind.Ignore, 'unreachable', unreachable),
];
