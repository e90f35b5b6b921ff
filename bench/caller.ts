// Calls of the API as a client makes them; what is overloaded is asked again.
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { HEADERS } from './headers';

export interface Caller {
  call<T>(path: string, data: object): Promise<T>;
  close(): Promise<void>;
}

const AGAIN_MS = 100;

export function caller(apiUrl: string, connections: number): Caller {
  const pool = new Pool(apiUrl, { connections });
  return {
    async call<T>(path: string, data: object): Promise<T> {
      for (;;) {
        const { statusCode, body } = await pool.request({
          method: 'POST',
          path: `/v2/workflow/${path}`,
          headers: HEADERS,
          body: JSON.stringify({ data }),
        });
        const answer = (await body.json()) as { result: T; error?: object };
        if (statusCode === 200) return answer.result;
        if (statusCode !== 503 && statusCode !== 504) {
          throw new Error(`${path}: ${statusCode} ${JSON.stringify(answer.error)}`);
        }
        await sleep(AGAIN_MS);
      }
    },
    close: () => pool.close(),
  };
}
