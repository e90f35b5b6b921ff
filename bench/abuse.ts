// `npm run test:abuse`: what a caller who dispatches feels of slow sockets, endless uploads and a flood of strangers.
// Starts and stops everything itself, on 127.0.0.1 only. Ends with code 1 when a bound is missed.
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { DEMO_DEFINITION } from '../src/dev/demo-seed';
import { setTheStage } from './processes';
import { percentile } from './statistics';

const GOOD = {
  'content-type': 'application/json',
  'x-velt-api-key': 'dev-api-key',
  'x-velt-auth-token': 'dev-auth-token',
};
const PATH = '/v2/workflow/executions/dispatch';
const QUIET_MS = 8_000;
const FLOOD_PER_SECOND = 2_000;
const FLOOD_MS = 8_000;
const SLOW_SOCKETS = 500;
const SLOW_BYTE_MS = 5_000;
const SLOW_MS_MAX = 35_000;
const UPLOADS = 100;
const UPLOAD_BYTES = 10 * 1024 * 1024;
/** The p99 of a dispatch may at most double. */
const RATIO_MAX = 2;

const say = (line: string) => void process.stdout.write(`${line}\n`);

async function main(): Promise<boolean> {
  const stage = await setTheStage(say);
  const url = stage.variants[0]?.apiUrl ?? '';
  const pool = new Pool(url, { connections: 4 });
  const strangers = new Pool(url, { connections: 64 });
  try {
    await prepare(pool);
    const quiet = await dispatchDuring(pool, sleep(QUIET_MS));
    say(`undisturbed: dispatch p99 ${quiet.toFixed(1)} ms`);
    const verdicts: boolean[] = [];
    const judge = (name: string, p99: number) => {
      const isMet = p99 <= quiet * RATIO_MAX;
      say(`${name}: dispatch p99 ${p99.toFixed(1)} ms, ${(p99 / quiet).toFixed(2)} times: ${isMet ? 'met' : 'MISSED'}`);
      verdicts.push(isMet);
    };
    judge(`${FLOOD_PER_SECOND} unauthenticated requests a second`, await dispatchDuring(pool, flood(strangers)));
    judge(`${UPLOADS} uploads of 10 MiB`, await dispatchDuring(pool, uploads(strangers)));
    const slow = slowSockets(url);
    judge(`${SLOW_SOCKETS} slow sockets`, await dispatchDuring(pool, slow));
    const longest = await slow;
    say(`slow sockets: the last one was closed after ${(longest / 1000).toFixed(1)} s`);
    verdicts.push(longest <= SLOW_MS_MAX);
    return verdicts.every(Boolean);
  } finally {
    await strangers.destroy();
    await pool.destroy();
    await stage.close();
  }
}

async function prepare(pool: Pool): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const headers = GOOD;
    const body = JSON.stringify({ data: DEMO_DEFINITION });
    const answer = await pool
      .request({ method: 'POST', path: '/v2/workflow/definitions/create', headers, body })
      .catch(() => null);
    await answer?.body.dump();
    if (answer && (answer.statusCode === 200 || answer.statusCode === 409)) return;
    await sleep(200);
  }
  throw new Error('the API did not come up');
}

/** One caller dispatches, one after the other, as long as something goes on; the p99 of its time in milliseconds. */
async function dispatchDuring(pool: Pool, something: Promise<unknown>): Promise<number> {
  let isOver = false;
  void something.finally(() => {
    isOver = true;
  });
  const times: number[] = [];
  while (!isOver) {
    const startedAt = performance.now();
    const body = JSON.stringify({ data: { definitionId: DEMO_DEFINITION.definitionId } });
    const answer = await pool.request({ method: 'POST', path: PATH, headers: GOOD, body });
    await answer.body.dump();
    if (answer.statusCode !== 200) throw new Error(`a dispatch was answered ${answer.statusCode}`);
    times.push(performance.now() - startedAt);
  }
  return percentile(times, 0.99);
}

async function flood(pool: Pool): Promise<void> {
  const endsAt = performance.now() + FLOOD_MS;
  const pending = new Set<Promise<unknown>>();
  while (performance.now() < endsAt) {
    for (let i = 0; i < FLOOD_PER_SECOND / 50; i++) {
      const headers = { ...GOOD, 'x-velt-auth-token': 'a guess' };
      const asked = pool
        .request({ method: 'POST', path: PATH, headers, body: '{}' })
        .then(({ body }) => body.dump())
        .catch(() => undefined)
        .finally(() => pending.delete(asked));
      pending.add(asked);
    }
    await sleep(20);
  }
  await Promise.all(pending);
}

async function uploads(pool: Pool): Promise<void> {
  const body = Buffer.alloc(UPLOAD_BYTES, 32);
  const one = async () => {
    const answer = await pool.request({ method: 'POST', path: PATH, headers: GOOD, body }).catch(() => null);
    await answer?.body.dump().catch(() => undefined);
  };
  await Promise.all(Array.from({ length: UPLOADS }, one));
}

/** How long the last one lived, in milliseconds. */
async function slowSockets(url: string): Promise<number> {
  const port = Number(new URL(url).port);
  const lives = await Promise.all(Array.from({ length: SLOW_SOCKETS }, () => slowSocket(port)));
  return Math.max(...lives);
}

function slowSocket(port: number): Promise<number> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const socket: Socket = connect(port, '127.0.0.1');
    const timer = setInterval(() => socket.write('x'), SLOW_BYTE_MS);
    const end = () => {
      clearInterval(timer);
      socket.destroy();
      resolve(performance.now() - startedAt);
    };
    socket.write(`POST ${PATH} HTTP/1.1\r\nhost: x\r\nx-slow: `);
    socket.on('error', () => undefined);
    socket.on('end', end);
    socket.on('close', end);
    socket.setTimeout(SLOW_MS_MAX * 2, end);
    socket.resume();
  });
}

main().then(
  (isMet) => process.exit(isMet ? 0 : 1),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
