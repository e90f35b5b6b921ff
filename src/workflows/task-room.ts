// What one workflow task may still ask of Temporal. Its answer is one message of at most 4 MB, with all requests and with the
// results of local activities in it; an execution whose task answers with more is ended by Temporal
// (docs/decisions/0106-tasks-have-room.md).
import { CancellationScope, sleep } from '@temporalio/workflow';
import { condition } from './condition';
import { activationsSoFar, tasksSoFar } from './news-in-turn';

export interface TaskRoom {
  /** Whether it has room for a request of so many bytes; a task that asked for nothing yet has room for any. */
  hasFor(bytes: number): boolean;
  take(bytes: number): void;
  /** Whether one more local activity may run within the task. */
  takeLocal(): boolean;
  /** Takes it, and is null, if there is room; else resolves in the later task that has. Rejects when its scope is cancelled. */
  waitFor(bytes: number): Promise<void> | null;
  /** Whether the task has asked for anything. */
  isUsed(): boolean;
}

/** The results of local activities are 256 KiB each at most, and no more than six run within a task. */
const LOCALS_MAX = 6;
const REQUEST_BYTES_MAX = 1.5 * 1024 * 1024;
/** Executions from before this had limits that were none: for each piece of news, and with the last request beyond them. */
const EARLIER_REQUEST_BYTES_MAX = 2 * 1024 * 1024;

export const TOO_MUCH = { summary: 'more work than fits into one task' } as const;

export function taskRoom(isOfWholeTask: boolean): TaskRoom {
  let asked = { of: -1, bytes: 0, locals: 0 };

  function current(): typeof asked {
    const of = isOfWholeTask ? tasksSoFar() : activationsSoFar();
    if (asked.of !== of) asked = { of, bytes: 0, locals: 0 };
    return asked;
  }

  function hasFor(bytes: number): boolean {
    const taken = current().bytes;
    return isOfWholeTask ? taken === 0 || taken + bytes <= REQUEST_BYTES_MAX : taken < EARLIER_REQUEST_BYTES_MAX;
  }

  function take(bytes: number): void {
    current().bytes += bytes;
  }

  /** Who waits, in the order of their coming; one timer for all of them. */
  const queue: { readonly bytes: number; isTurn: boolean }[] = [];
  let isServing = false;

  async function serve(): Promise<void> {
    isServing = true;
    while (queue.length > 0) {
      await sleep(1, TOO_MUCH);
      while (queue[0] && hasFor(queue[0].bytes)) {
        take(queue[0].bytes);
        queue[0].isTurn = true;
        queue.shift();
      }
    }
    isServing = false;
  }

  async function turn(bytes: number): Promise<void> {
    const own = { bytes, isTurn: false };
    queue.push(own);
    if (!isServing) void CancellationScope.nonCancellable(serve);
    try {
      await condition(() => own.isTurn);
    } finally {
      if (!own.isTurn) queue.splice(queue.indexOf(own), 1);
    }
  }

  return {
    hasFor,
    take,
    takeLocal() {
      current().locals += 1;
      return asked.locals <= LOCALS_MAX;
    },
    waitFor(bytes) {
      if (!isOfWholeTask) return null;
      if (queue.length > 0 || !hasFor(bytes)) return turn(bytes);
      take(bytes);
      return null;
    },
    isUsed: () => current().bytes > 0,
  };
}
