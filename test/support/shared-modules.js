// Jest loads everything anew for each test file, of which the libraries take three seconds: they hold no state that a test
// could see, so all files of a jest process share them, in one realm. What is ours is loaded anew as ever, and so is what
// holds the one native runtime of the SDK, but it is read by V8 once only. Runs with the version of jest that
// package-lock.json names: it builds on its insides.
const asyncHooks = require('node:async_hooks');
const { compileFunction } = require('node:vm');
const Runtime = require('jest-runtime').default;

const SHARED =
  /^(@temporalio\/(proto|common|client|activity)|@grpc\/|protobufjs|zod|ajv|express|undici|@slack\/web-api|nodemailer|pino|webpack|@swc\/core|fast-check)(\/|$)/;

/** By file what V8 made of its text: a function that holds nothing itself, and is called anew for each test file. */
const compiled = new Map();

function compile(source, filename, parameters) {
  const known = compiled.get(filename);
  if (known?.source === source) return known.run;
  const run = compileFunction(source, parameters, {
    filename,
    importModuleDynamically: (specifier) => import(specifier),
  });
  compiled.set(filename, { source, run });
  return run;
}

/**
 * What one test file gets as `node:async_hooks`. Up to Node 22 each promise of a process is given the context of every storage
 * that was ever used there and not disabled: those of two hundred files made the last ones ten times as slow as the first.
 */
function asyncHooksOfOneFile() {
  const storages = [];
  class AsyncLocalStorage extends asyncHooks.AsyncLocalStorage {
    constructor(...given) {
      super(...given);
      storages.push(this);
    }
  }
  return {
    module: { ...asyncHooks, AsyncLocalStorage },
    end() {
      for (const storage of storages) storage.disable();
    },
  };
}

module.exports = class SharedModulesRuntime extends Runtime {
  #asyncHooks = asyncHooksOfOneFile();

  constructor(...given) {
    super(...given);
    const { executor, coreModule } = this;
    executor.compile = (source, filename) => compile(source, filename, executor.injectedModuleParameters);
    const requireCore = coreModule.require.bind(coreModule);
    coreModule.require = (name) =>
      name === 'node:async_hooks' || name === 'async_hooks' ? this.#asyncHooks.module : requireCore(name);
  }

  teardown() {
    super.teardown();
    this.#asyncHooks.end();
  }

  requireModuleOrMock(from, name) {
    return SHARED.test(name) ? require(name) : super.requireModuleOrMock(from, name);
  }
};
