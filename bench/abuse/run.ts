// `npm run test:abuse`: what a caller who dispatches feels of slow sockets, endless uploads and a flood of strangers.
// Starts and stops everything itself, on 127.0.0.1 only. Ends with code 1 when a bound is missed.
//
// The abuser shares this machine's cores with the server, which an abuser elsewhere would not. So the p99 that counts as
// undisturbed is measured while the same abuser works against a server that does next to nothing, in turns with it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { EXAMPLE_DEFINITION } from '../../src/api/examples';
import { HEADERS } from '../headers';
import { setTheStage } from '../processes';
import { percentile } from '../statistics';
import { ATTACKS, type AttackName, type Deeds, PATH } from './attacks';

const QUIET_MS = 8_000;
const TURNS: Readonly<Record<AttackName, number>> = { flood: 3, uploads: 3, slow: 1 };
const SLOW_MS_MAX = 35_000;
/** The p99 of a dispatch may at most double. */
const RATIO_MAX = 2;

const say = (line: string) => void process.stdout.write(`${line}\n`);
const ms = (times: readonly number[], share = 0.99) => `${percentile(times, share).toFixed(1)} ms`;

async function main(): Promise<boolean> {
  const stage = await setTheStage(say);
  const url = stage.variants[0]?.apiUrl ?? '';
  const caller = new Pool(url, { connections: 1 });
  const sink = spawn(process.execPath, [join(__dirname, 'sink.js')], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const [sinkUrl] = (await once(sink.stdout, 'data')).map((data) => String(data).trim());
    await prepare(caller);
    const quiet = await dispatchDuring(caller, sleep(QUIET_MS));
    say(`a quiet machine: dispatch p50 ${ms(quiet, 0.5)}, p99 ${ms(quiet)} of ${quiet.length}`);
    const verdicts: boolean[] = [];
    for (const attack of Object.keys(ATTACKS) as AttackName[]) {
      const elsewhere: number[] = [];
      const here: number[] = [];
      let longest = 0;
      for (let turn = 0; turn < TURNS[attack]; turn++) {
        elsewhere.push(...(await dispatchDuring(caller, abuse(attack, sinkUrl ?? ''))));
        const deeds = abuse(attack, url);
        here.push(...(await dispatchDuring(caller, deeds)));
        const { done, longestMs = 0 } = await deeds;
        longest = Math.max(longest, longestMs);
        say(`  ${ATTACKS[attack].name}, turn ${turn + 1}: ${done}`);
      }
      const ratio = percentile(here, 0.99) / percentile(elsewhere, 0.99);
      const isMet = ratio <= RATIO_MAX && longest <= SLOW_MS_MAX;
      say(
        `${ATTACKS[attack].name}: dispatch p99 ${ms(here)} of ${here.length}; ${ms(elsewhere)} of ${elsewhere.length} while others are abused: ${ratio.toFixed(2)} times: ${isMet ? 'met' : 'MISSED'}`,
      );
      verdicts.push(isMet);
    }
    return verdicts.every(Boolean);
  } finally {
    sink.kill('SIGTERM');
    await caller.destroy();
    await stage.close();
  }
}

async function prepare(pool: Pool): Promise<void> {
  const body = JSON.stringify({ data: EXAMPLE_DEFINITION });
  const path = '/v2/workflow/definitions/create';
  for (let tries = 0; tries < 300; tries++) {
    const answer = await pool.request({ method: 'POST', path, headers: HEADERS, body }).catch(() => null);
    await answer?.body.dump();
    if (answer && (answer.statusCode === 200 || answer.statusCode === 409)) return;
    await sleep(200);
  }
  throw new Error('the API did not come up');
}

/** One caller dispatches, one after the other, as long as something goes on: how long each dispatch took. */
async function dispatchDuring(pool: Pool, something: Promise<unknown>): Promise<number[]> {
  let isOver = false;
  void something.finally(() => {
    isOver = true;
  });
  const times: number[] = [];
  const body = JSON.stringify({ data: { definitionId: EXAMPLE_DEFINITION.definitionId } });
  while (!isOver) {
    const startedAt = performance.now();
    const answer = await pool.request({ method: 'POST', path: PATH, headers: HEADERS, body });
    await answer.body.dump();
    if (answer.statusCode !== 200) throw new Error(`a dispatch was answered ${answer.statusCode}`);
    times.push(performance.now() - startedAt);
  }
  return times;
}

async function abuse(attack: AttackName, url: string): Promise<Deeds> {
  const abuser: ChildProcess = spawn(process.execPath, [join(__dirname, 'abuser.js'), attack, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  abuser.stdout?.on('data', (data) => {
    said += String(data);
  });
  await once(abuser, 'close');
  return JSON.parse(said) as Deeds;
}

main().then(
  (isMet) => process.exit(isMet ? 0 : 1),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
