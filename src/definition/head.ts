// The head of a definition: which version is current and where the record of each is kept. A change applies to the head
// that its sender saw, or not at all.
import { assertNever, type Json, jsonBytes } from './json';
import { LIMITS } from './limits';

/** What is current. Stands in the memo of the head's workflow. */
export interface DefinitionHead {
  readonly name: string;
  readonly version: number;
  /** Different for each create, so that a re-created definition's records are told from the old one's. */
  readonly generation: string;
  /** Names the record of the current version; each attempt to write one has its own. */
  readonly token: string;
  readonly status: 'active' | 'tombstoned';
  /** Epoch milliseconds. Null: when the head's present run started, which is the moment that lists are ordered by. */
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
}

/** A version that was current once; its number is its place in the list, from 1. */
export interface PastVersion {
  readonly token: string;
  readonly name: string;
  readonly updatedAt: number;
}

export interface Register {
  readonly head: DefinitionHead;
  readonly past: readonly PastVersion[];
  /** The triggers whose schedules Temporal has or should have; whoever is no longer wanted stays until its schedule is gone. */
  readonly schedules: readonly string[];
}

export type HeadChange =
  | {
      readonly kind: 'publish';
      readonly generation: string;
      readonly ifVersion: number;
      readonly token: string;
      readonly name: string;
      readonly scheduledTriggerIds: readonly string[];
    }
  | { readonly kind: 'tombstone'; readonly generation: string }
  | {
      readonly kind: 'revive';
      /** The generation of the tombstone. */
      readonly ifGeneration: string;
      readonly generation: string;
      readonly token: string;
      readonly name: string;
      readonly scheduledTriggerIds: readonly string[];
    };

export type HeadReply =
  | { readonly kind: 'changed' }
  | { readonly kind: 'conflict'; readonly current: DefinitionHead }
  /** No further version can be kept. */
  | { readonly kind: 'full' };

/** Whether a change applies. One that was applied already, and is sent again, is answered the same. */
export function judgeChange({ head, past }: Register, change: HeadChange): HeadReply {
  const conflict: HeadReply = { kind: 'conflict', current: head };
  const isActive = head.status === 'active';
  switch (change.kind) {
    case 'publish': {
      if (head.generation !== change.generation) return conflict;
      if ([head, ...past].some(({ token }) => token === change.token)) return { kind: 'changed' };
      if (!isActive || head.version !== change.ifVersion) return conflict;
      return jsonBytes(past as unknown as Json) < LIMITS.pastVersionsBytesMax ? { kind: 'changed' } : { kind: 'full' };
    }
    case 'tombstone':
      return isActive && head.generation === change.generation ? { kind: 'changed' } : conflict;
    case 'revive':
      if (head.generation === change.generation) return { kind: 'changed' };
      return !isActive && head.generation === change.ifGeneration ? { kind: 'changed' } : conflict;
    default:
      return assertNever(change);
  }
}

/** The register after a change that applies; `since`: when the present head became current. */
export function changeRegister(register: Register, change: HeadChange, since: number): Register {
  const { head, past, schedules } = register;
  const createdAt = head.createdAt ?? since;
  const updatedAt = head.updatedAt ?? since;
  switch (change.kind) {
    case 'publish': {
      if (head.version !== change.ifVersion) return register;
      const { token, name } = change;
      return {
        head: { ...head, name, token, version: head.version + 1, createdAt, updatedAt: null },
        past: [...past, { token: head.token, name: head.name, updatedAt }],
        schedules: union(schedules, change.scheduledTriggerIds ?? []),
      };
    }
    case 'tombstone':
      return { head: { ...head, status: 'tombstoned', createdAt, updatedAt }, past, schedules };
    case 'revive': {
      if (head.generation === change.generation) return register;
      const { generation, token, name } = change;
      return {
        head: { name, version: 1, generation, token, status: 'active', createdAt: null, updatedAt: null },
        past: [],
        schedules: union(schedules, change.scheduledTriggerIds ?? []),
      };
    }
    default:
      return assertNever(change);
  }
}

/** Changes that stand in histories from before there were schedules name none. */
const union = (some: readonly string[], others: readonly string[]): readonly string[] => [
  ...new Set([...some, ...others]),
];
