// When a failed delivery is tried again (contract 3 section 1): 2 s, 8 s, 32 s, 128 s, 512 s, then it is a dead letter.

/** The times of deliveries. Only tests have others than `REAL_TIMES`: no configuration reaches them. */
export interface DeliveryTimes {
  /** What every wait is multiplied by. */
  readonly scale: number;
  /** A receiver has this long for its status line, in milliseconds. */
  readonly answerMs: number;
}

export const REAL_TIMES: DeliveryTimes = { scale: 1, answerMs: 10_000 };

const TRIES_MAX = 6;
const FIRST_WAIT_MS = 2_000;
const BACKOFF = 4;
const ASKED_WAIT_MS_MIN = 1_000;

/**
 * The wait after a failed try, in milliseconds, or null after the last. `tries` counts them, this one included. Retry-After
 * sets the first wait; after that it makes a wait longer, never shorter: six tries in quick succession would make a dead
 * letter of a short outage.
 */
export function waitAfter(tries: number, retryAfterMs: number | null, { scale }: DeliveryTimes): number | null {
  if (tries >= TRIES_MAX) return null;
  const usual = FIRST_WAIT_MS * BACKOFF ** (tries - 1);
  const wait = tries === 1 ? Math.max(retryAfterMs ?? usual, ASKED_WAIT_MS_MIN) : Math.max(usual, retryAfterMs ?? 0);
  return Math.round(wait * scale);
}
