// The heads of definitions, and the schedules that they keep.
import type { DefinitionHead, PastVersion } from '../../definition/head';

/** A register, as the arguments of a head workflow; the head is its memo too, which `describe` shows without a worker. */
export type DefinitionArgs = [head: DefinitionHead, past: readonly PastVersion[], schedules: readonly string[]];

/** What the schedule of a trigger was made from; the argument of each of its firings. */
export interface ScheduleOrigin {
  readonly workspace: string;
  readonly definitionId: string;
  readonly triggerId: string;
  readonly cron: string;
  readonly timezone: string;
}

export interface ScheduleFiring extends ScheduleOrigin {
  /** The instant that the schedule names, in epoch milliseconds; not the one at which it was noticed. */
  readonly scheduledAt: number;
  /** When Temporal fired it, in epoch milliseconds. */
  readonly firedAt?: number;
}

export type FiringOutcome =
  | { readonly kind: 'started' | 'taken'; readonly executionId: string; readonly definitionVersion: number }
  /** The definition was deleted, or its current version has no such schedule. */
  | { readonly kind: 'not-current' }
  /** Its instant passed while Temporal was away. */
  | { readonly kind: 'missed' };

export interface ScheduleSync {
  readonly workspace: string;
  readonly definitionId: string;
  /** Triggers whose schedules may exist, beside those of the current version. */
  readonly triggerIds: readonly string[];
}
