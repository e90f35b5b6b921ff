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
import { forgetModules } from './modules.mjs';

/** What the instrumented code reads and writes: the active mutant, its hits, and what each test covers. */
globalThis.__stryker__ = {};
const instrumented = globalThis.__stryker__;

class PureTestRunner {
  #root = resolve('.');
  /** Tests, and their files, by when they last failed and how long they took: neighbouring mutants fail the same tests. */
  #failedAt = new Map();
  #tookMs = new Map();
  #fileOf = new Map();

  capabilities() {
    return { reloadEnvironment: true };
  }

  async dryRun() {
    const results = [];
    for (const test of testFiles(this.#root).flatMap((file) => this.#testsOf(file))) {
      instrumented.currentTestId = test.name;
      results.push(await this.#run(test));
      instrumented.currentTestId = undefined;
    }
    return { status: DryRunStatus.Complete, tests: results, mutantCoverage: instrumented.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit }) {
    Object.assign(instrumented, { activeMutant: activeMutant.id, hitLimit, hitCount: hitLimit ? 0 : undefined });
    forgetModules(this.#root);
    const tests = await this.#untilOneFails(testFilter);
    return toMutantRunResult(
      determineHitLimitReached(instrumented.hitCount, hitLimit) ?? { status: DryRunStatus.Complete, tests },
    );
  }

  async #untilOneFails(names) {
    const wanted = names && new Set(names);
    const isKnown = names?.every((name) => this.#fileOf.has(name));
    const files = isKnown ? [...new Set(names.map((name) => this.#fileOf.get(name)))] : testFiles(this.#root);
    const results = [];
    for (const file of this.#inOrder(files)) {
      const tests = this.#testsOf(file).filter(({ name, isBroken }) => !wanted || isBroken || wanted.has(name));
      for (const test of this.#inOrder(tests, ({ name }) => name)) {
        results.push(await this.#run(test));
        if (results.at(-1).status !== TestStatus.Failed) continue;
        for (const key of [test.name, file]) this.#failedAt.set(key, performance.now());
        return results;
      }
    }
    return results;
  }

  /** What failed last comes first, then what is quick. */
  #inOrder(items, keyOf = (item) => item) {
    const failed = (item) => this.#failedAt.get(keyOf(item)) ?? 0;
    const took = (item) => this.#tookMs.get(keyOf(item)) ?? 0;
    return items.toSorted((a, b) => failed(b) - failed(a) || took(a) - took(b));
  }

  #testsOf(file) {
    try {
      const tests = collectTests(this.#root, file);
      for (const { name } of tests) this.#fileOf.set(name, file);
      return tests;
    } catch (error) {
      return [{ name: `${file} loads`, file, isBroken: true, run: () => Promise.reject(error) }];
    }
  }

  async #run(test) {
    const startedAt = performance.now();
    const error = await test.run().catch((thrown) => thrown ?? 'nothing was thrown');
    const timeSpentMs = performance.now() - startedAt;
    const known = { id: test.name, name: test.name, fileName: test.file, timeSpentMs };
    if (error) return { ...known, status: TestStatus.Failed, failureMessage: String(error.message ?? error) };
    this.#tookMs.set(test.name, timeSpentMs);
    this.#tookMs.set(test.file, Math.max(timeSpentMs, this.#tookMs.get(test.file) ?? 0));
    return { ...known, status: TestStatus.Success };
  }
}

/** The branch of a switch that no value of its type reaches. */
const unreachable = {
  shouldIgnore(path) {
    if (!path.isSwitchCase() || path.node.test) return undefined;
    return /^\s*default:\s*(?:return )?assertNever\(/.test(path.toString()) ? 'no value reaches it' : undefined;
  },
};

export const strykerPlugins = [
  declareClassPlugin(PluginKind.TestRunner, 'pure', PureTestRunner),
  declareValuePlugin(PluginKind.Ignore, 'unreachable', unreachable),
];
