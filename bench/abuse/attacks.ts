// What an abuser does to a server: a flood of strangers, endless uploads, slow sockets. Each says what it did.
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { HEADERS } from '../headers';

export const PATH = '/v2/workflow/executions/dispatch';

const ATTACK_MS = 8_000;
const TICK_MS = 20;
const FLOOD_PER_SECOND = 2_000;
const CONNECTIONS = 64;
const SLOW_SOCKETS = 500;
const SLOW_BYTE_MS = 5_000;
const SLOW_MS_MAX = 70_000;
const UPLOADS = 100;
const UPLOAD_BYTES = 10 * 1024 * 1024;

/** What became of it, for the report. */
export interface Deeds {
  readonly done: string;
  /** Of slow sockets, how long the last one lived. */
  readonly longestMs?: number;
}

export const ATTACKS = {
  flood: { name: `${FLOOD_PER_SECOND} unauthenticated requests a second`, run: flood },
  uploads: { name: `${UPLOADS} uploads of 10 MiB at once, again and again`, run: uploads },
  slow: { name: `${SLOW_SOCKETS} slow sockets`, run: slowSockets },
} as const;
export type AttackName = keyof typeof ATTACKS;

/** As many as are due by the clock, so that a busy machine does not make it fewer. */
async function flood(url: string): Promise<Deeds> {
  const pool = new Pool(url, { connections: CONNECTIONS });
  const startedAt = performance.now();
  const pending = new Set<Promise<unknown>>();
  let sent = 0;
  let answered = 0;
  const headers = { ...HEADERS, 'x-velt-auth-token': 'a guess' };
  for (let elapsed = 0; elapsed < ATTACK_MS; elapsed = performance.now() - startedAt) {
    for (const due = (elapsed / 1000) * FLOOD_PER_SECOND; sent < due; sent++) {
      const asked = pool
        .request({ method: 'POST', path: PATH, headers, body: '{}' })
        .then(({ body }) => body.dump())
        .then(() => answered++)
        .catch(() => undefined)
        .finally(() => pending.delete(asked));
      pending.add(asked);
    }
    await sleep(TICK_MS);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const done = `${(sent / seconds).toFixed(0)} sent a second, ${(answered / seconds).toFixed(0)} answered`;
  await pool.destroy();
  return { done };
}

async function uploads(url: string): Promise<Deeds> {
  const body = Buffer.alloc(UPLOAD_BYTES, 32);
  const startedAt = performance.now();
  let rounds = 0;
  while (performance.now() - startedAt < ATTACK_MS) {
    const pool = new Pool(url, { connections: UPLOADS });
    const one = async () => {
      const answer = await pool.request({ method: 'POST', path: PATH, headers: HEADERS, body });
      await answer.body.dump();
    };
    await Promise.all(Array.from({ length: UPLOADS }, () => one().catch(() => undefined)));
    await pool.destroy();
    rounds++;
  }
  return { done: `${rounds} times` };
}

async function slowSockets(url: string): Promise<Deeds> {
  const port = Number(new URL(url).port);
  const lives = await Promise.all(Array.from({ length: SLOW_SOCKETS }, () => slowSocket(port)));
  const longestMs = Math.max(...lives);
  return { done: `the last one was closed after ${(longestMs / 1000).toFixed(1)} s`, longestMs };
}

/** A byte of a header every five seconds; how long the server bore it. */
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
    socket.setTimeout(SLOW_MS_MAX, end);
    socket.resume();
  });
}
