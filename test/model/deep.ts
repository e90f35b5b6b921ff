// `npm run test:deep -- --cases N --seed S`: as many cases as one likes, in two processes, and the table of what they reached.
import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { runCase } from './case';
import { REQUIRED_ROWS } from './required-rows';
import { Table } from './table';
import { tapes } from './tapes';

const PROCESSES = 2;
/** One run of fast-check, with a seed of its own. */
const BATCH = 500;
const HITS_MIN = 1_000;
/** Rows are held to their minimum from here on. */
const CASES_TO_JUDGE = 1_000_000;

interface Report {
  readonly done: number;
  readonly counts: readonly (readonly [string, number])[];
  readonly failure: string | null;
}

const { values } = parseArgs({
  options: { cases: { type: 'string' }, seed: { type: 'string' }, worker: { type: 'string' } },
});
const cases = Number(values.cases ?? CASES_TO_JUDGE);
const seed = Number(values.seed ?? Date.now() % 1_000_000_000);

if (values.worker === undefined) void lead().then((code) => process.exit(code));
else work(Number(values.worker));

function work(worker: number): void {
  const batches = Math.ceil(cases / BATCH);
  for (let batch = worker; batch < batches; batch += PROCESSES) {
    const table = new Table();
    const numRuns = Math.min(BATCH, cases - batch * BATCH);
    const property = fc.property(tapes, (tape) => {
      runCase(tape, table);
    });
    const result = fc.check(property, { numRuns, seed: seed + batch });
    const failure = result.failed ? `${fc.defaultReportMessage(result)}\n${String(result.errorInstance)}` : null;
    process.send?.({ done: numRuns, counts: [...table.counts], failure } satisfies Report);
    if (failure !== null) break;
  }
  process.disconnect();
}

async function lead(): Promise<number> {
  console.log(`${cases} cases, seed ${seed}`);
  const table = new Table();
  const failures: string[] = [];
  let done = 0;
  const from = Date.now();
  const progress = setInterval(() => console.log(`${done} cases, ${Math.round((Date.now() - from) / 1_000)} s`), 5_000);
  const args = (worker: number) => [`--worker=${worker}`, `--cases=${cases}`, `--seed=${seed}`];
  const runs = Array.from({ length: PROCESSES }, (_, worker) => {
    const child = fork(__filename, args(worker));
    child.on('message', (report: Report) => {
      done += report.done;
      table.add(report.counts);
      if (report.failure !== null) failures.push(report.failure);
    });
    return new Promise<void>((resolve, reject) => {
      child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a process ended with ${code}`))));
    });
  });
  await Promise.all(runs).finally(() => clearInterval(progress));
  for (const row of REQUIRED_ROWS) table.count(row, 0);
  for (const [row, count] of [...table.counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    console.log(`${String(count).padStart(10)}  ${row}`);
  }
  for (const failure of failures) console.error(failure);
  const scarce = REQUIRED_ROWS.filter((row) => (table.counts.get(row) ?? 0) < HITS_MIN);
  console.log(
    `${done} cases, seed ${seed}: ${failures.length} failed; ${scarce.length} of ${REQUIRED_ROWS.length} rows below ${HITS_MIN}`,
  );
  if (cases >= CASES_TO_JUDGE) for (const row of scarce) console.error(`too seldom: ${row}`);
  return failures.length > 0 || (cases >= CASES_TO_JUDGE && scarce.length > 0) ? 1 : 0;
}
