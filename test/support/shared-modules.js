// Jest loads everything anew for each test file, of which the libraries take three seconds: they hold no state that a test
// could see, so all files of a jest process share them, in one realm. What is ours is loaded anew as ever, and so is what
// holds the one native runtime of the SDK. Runs with the version of jest that package-lock.json names: it builds on its insides.
const { compileFunction } = require('node:vm');
const Runtime = require('jest-runtime').default;

const SHARED =
  /^(@temporalio\/(proto|common|client|activity)|@grpc\/|protobufjs|zod|ajv|express|undici|@slack\/web-api|nodemailer|pino|webpack|@swc\/core|fast-check)(\/|$)/;

module.exports = class SharedModulesRuntime extends Runtime {
  constructor(...given) {
    super(...given);
    const { executor } = this;
    executor.compile = (source, filename) =>
      compileFunction(source, executor.injectedModuleParameters, {
        filename,
        importModuleDynamically: (specifier) => import(specifier),
      });
  }

  requireModuleOrMock(from, name) {
    return SHARED.test(name) ? require(name) : super.requireModuleOrMock(from, name);
  }
};
