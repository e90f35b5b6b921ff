// Once per run of test/e2e: builds dist/ when it is stale, as `npm start` does, since these tests start what is built.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export default function build(): void {
  execFileSync(process.execPath, [join(__dirname, '../../scripts/build-if-stale.mjs')], { stdio: 'inherit' });
}
