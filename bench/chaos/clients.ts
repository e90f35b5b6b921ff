// The clients of the chaos run: each takes the next flow until there is none, and then repeats old ones until told to stop.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../api-client';
import type { Journal } from '../journal';
import { randomOf } from '../random';
import { DEFINITIONS } from './definitions';
import { type FlowSetting, runFlow } from './flow';

const COMING_MS_MAX = 600;

export interface Crowd {
  done(): number;
  /** All flows that were begun have ended, and no other is begun any more. */
  isOver(): boolean;
  /** Resolves when no client asks any more; rejects with what none of them expected. */
  leave(): Promise<void>;
}

export interface CrowdSetting {
  readonly seed: number;
  readonly executions: number;
  readonly clients: number;
  /** How many times longer than usual they think, and wait before they repeat something old. */
  readonly thinking: number;
  /** How many times longer than usual they wait before they look again. */
  readonly looking: number;
  readonly client: ApiClient;
  readonly journal: Journal;
  readonly webhook: FlowSetting['webhook'];
  /** No further flow is begun. */
  readonly closing: AbortSignal;
  /** Those that run are given up. */
  readonly stopping: AbortSignal;
}

export function startCrowd(setting: CrowdSetting): Crowd {
  const { seed, executions, clients, thinking, looking, client, journal, webhook, closing, stopping } = setting;
  const keys = Array.from({ length: executions }, (_, index) => `chaos-${seed}-${index}`);
  let next = 0;
  let done = 0;
  let isLeaving = false;

  async function work(index: number): Promise<void> {
    const random = randomOf(seed, `client ${index}`);
    // Who thinks long does not come with all others at once.
    await sleep((thinking - 1) * random.between(0, COMING_MS_MAX));
    while (next < keys.length && !closing.aborted) {
      const mine = next++;
      const [key, definition] = [keys[mine], DEFINITIONS[mine % DEFINITIONS.length]];
      if (key === undefined || definition === undefined) break;
      const time = await runFlow({ client, random, thinking, looking, webhook }, definition, key);
      journal.add({ kind: 'flow', key, ...time });
      done += 1;
    }
    while (!isLeaving) {
      const old = Math.floor(random.between(0, Math.max(1, next)));
      const [idempotencyKey, definition] = [keys[old] ?? '', DEFINITIONS[old % DEFINITIONS.length]];
      const { definitionId } = definition ?? DEFINITIONS[0];
      if (random.chance(0.5)) await client.until(random, 'executions/get', { executionId: `exec_${idempotencyKey}` });
      else await client.until(random, 'executions/dispatch', { definitionId, idempotencyKey, ...webhook });
      await sleep(thinking * random.between(50, 250));
    }
  }

  const working = Array.from({ length: clients }, (_, index) =>
    work(index).catch((error: unknown) => {
      if (!stopping.aborted) throw error;
    }),
  );
  const all = Promise.all(working);
  // It is told by leave(); until then it is nobody's.
  all.catch(() => undefined);
  return {
    done: () => done,
    isOver: () => done === next && (next === keys.length || closing.aborted),
    async leave() {
      isLeaving = true;
      await all;
    },
  };
}
