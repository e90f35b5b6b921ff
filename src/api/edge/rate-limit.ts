// How many requests a second one API key may make; what is over it is told when to come again (contract 3 section 4).
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { ApiError } from '../errors';

export interface RateLimit {
  /** Counts one request of this API key. Throws RESOURCE_EXHAUSTED. */
  take(apiKey: string): Promise<void>;
}

/** Counted in this process alone: n API processes let n times as many through. `null` counts nothing. */
export function createRateLimit(perSecond: number | null): RateLimit {
  if (perSecond === null) return { take: async () => undefined };
  const limiter = new RateLimiterMemory({ points: perSecond, duration: 1 });
  return {
    async take(apiKey) {
      try {
        await limiter.consume(apiKey);
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused;
        throw new ApiError(
          'RESOURCE_EXHAUSTED',
          `This API key may make ${perSecond} requests a second; slow down and try again.`,
          { retryAfterSeconds: Math.max(1, Math.ceil(refused.msBeforeNext / 1000)) },
        );
      }
    },
  };
}
