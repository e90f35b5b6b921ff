// `npm run test:fuzz -- --n 50000 --seed 1`: the fuzzer of test/api/fuzz.test.ts with more cases or another seed.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { n: { type: 'string', default: '50000' }, seed: { type: 'string', default: '1' } },
});
const env = { ...process.env, FUZZ_N: values.n, FUZZ_SEED: values.seed };
const { status } = spawnSync('npx', ['jest', 'test/api/fuzz.test.ts'], { stdio: 'inherit', env });
process.exitCode = status ?? 1;
