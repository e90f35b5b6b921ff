// Brakes those who fail to authenticate, by address; who has good credentials never feels it (decision 0030).
import { isIPv6 } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Logger } from '../../logger';
import { ApiError } from '../errors';

export interface FailedAuthentications {
  /** Counts a failure; what it returns is to be thrown: the refusal itself, or RESOURCE_EXHAUSTED once there were too many. */
  refusal(address: string, refused: ApiError): Promise<ApiError>;
}

const WINDOW_SECONDS = 60;
/** Who goes on guessing waits this long for each refusal, so one connection can cost no more than one of them a second. */
const HOLD_MS = 1_000;
/** More than so many refusals are not held at once: sockets that wait take memory. */
const HELD_MAX = 500;

export function createFailedAuthentications(perMinute: number, logger: Logger): FailedAuthentications {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: WINDOW_SECONDS });
  let held = 0;

  async function hold(): Promise<void> {
    if (held >= HELD_MAX) return;
    held += 1;
    await sleep(HOLD_MS, undefined, { ref: false });
    held -= 1;
  }

  return {
    async refusal(address, refused) {
      const from = networkOf(address);
      try {
        await limiter.consume(from);
        return refused;
      } catch (result) {
        if (!(result instanceof RateLimiterRes)) throw result;
        if (result.consumedPoints === perMinute + 1) {
          logger.warn({ address: from }, 'too many failed authentications from this address; answering 429 to them');
        }
        await hold();
        return new ApiError(
          'RESOURCE_EXHAUSTED',
          'Too many requests with wrong credentials came from this address; check the API key and the token before you try again.',
          { retryAfterSeconds: Math.max(1, Math.ceil(result.msBeforeNext / 1000)) },
        );
      }
    },
  };
}

/** One caller has a whole /64 of IPv6 addresses; IPv4 in IPv6 clothes is IPv4. */
function networkOf(address: string): string {
  const [plain = ''] = address.split('%');
  if (!isIPv6(plain) || /^::ffff:\d/i.test(plain)) return plain.replace(/^::ffff:/i, '');
  const [head = '', tail = ''] = plain.split('::');
  const before = head.split(':').filter(Boolean);
  const after = tail.split(':').filter(Boolean);
  const zeros = plain.includes('::') ? Array<string>(8 - before.length - after.length).fill('0') : [];
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':')}::/64`;
}
