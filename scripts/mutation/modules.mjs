// Loads the project's TypeScript into this process, compiled once for each text, and forgets it when told to.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { compileFunction } from 'node:vm';
import { transformSync } from '@swc/core';

const require = createRequire(import.meta.url);
const compiled = new Map();

require.extensions['.ts'] = (module, path) => {
  const run = compiled.get(path) ?? compile(path);
  compiled.set(path, run);
  run(module.exports, (name) => module.require(name), module, path, dirname(path));
};

function compile(path) {
  const jsc = { parser: { syntax: 'typescript' }, target: 'es2022' };
  const { code } = transformSync(readFileSync(path, 'utf8'), { filename: path, jsc, module: { type: 'commonjs' } });
  return compileFunction(code, ['exports', 'require', 'module', '__filename', '__dirname'], { filename: path });
}

export const load = (path) => require(path);

/** What `name` stands for in every module that is loaded from now on. */
export function provide(name, exports) {
  const path = require.resolve(name);
  require.cache[path] = { id: path, filename: path, loaded: true, exports };
}

/** The project's own modules are loaded anew; packages are not. */
export function forgetModules(root) {
  for (const path of Object.keys(require.cache)) {
    if (path.startsWith(root + sep) && !path.includes(`${sep}node_modules${sep}`)) delete require.cache[path];
  }
}
