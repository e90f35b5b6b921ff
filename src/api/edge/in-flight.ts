// How many requests are worked on at once: what is over it is refused at once, so that a slow Temporal fills no memory.
import { ApiError } from '../errors';

export interface InFlight {
  /** Takes a place, and returns how to give it back. Throws UNAVAILABLE when there is none. */
  enter(apiKey: string): () => void;
}

export interface InFlightLimits {
  readonly total: number;
  /** One API key leaves room for the others. */
  readonly perApiKey: number;
}

export function createInFlight({ total, perApiKey }: InFlightLimits): InFlight {
  const ofKey = new Map<string, number>();
  let all = 0;
  return {
    enter(apiKey) {
      const own = ofKey.get(apiKey) ?? 0;
      if (all >= total || own >= perApiKey) {
        throw new ApiError('UNAVAILABLE', 'Too many requests are being worked on at once; try again.');
      }
      all++;
      ofKey.set(apiKey, own + 1);
      return () => {
        all--;
        const left = (ofKey.get(apiKey) ?? 1) - 1;
        if (left === 0) ofKey.delete(apiKey);
        else ofKey.set(apiKey, left);
      };
    },
  };
}
