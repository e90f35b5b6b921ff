// Builds dist/ when a source is newer than it, so that `npm start` after `npm ci` needs no further command and a start
// without changes costs nothing.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const built = join(root, 'dist', 'workflow-bundle.js');

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

const sources = ['src', 'package-lock.json', 'tsconfig.json'].map((name) => newest(join(root, name)));
if (!existsSync(built) || statSync(built).mtimeMs < Math.max(...sources)) {
  process.stderr.write('Building dist/ (a few seconds, only after a change) ...\n');
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
