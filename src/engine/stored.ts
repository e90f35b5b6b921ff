// The stored form of a run, as it goes through continue-as-new: ids, outputs and events that follow from the rest are left
// out, so that 1,000 steps with all their events fit into the bound of contract 2 section 5.

import { appendEvents } from './event-log';
import type { GroupState, LoopState, Plan, Run } from './run';
import { packEvents, unpackEvents } from './stored-events';
import { type PackedStep, packStep, unpackSteps } from './stored-steps';

export interface PackedRun {
  /** The form itself; another form gets another number. */
  readonly v: 1;
  readonly head: Pick<
    Run,
    | 'nonce'
    | 'status'
    | 'startedAt'
    | 'completedAt'
    | 'cancelledAt'
    | 'failureReason'
    | 'openSteps'
    | 'nextDue'
    | 'seq'
    | 'bytes'
  > &
    Partial<Pick<Run, 'conditionWork'>>;
  readonly steps: readonly PackedStep[];
  readonly groups: Readonly<Record<string, PackedGroup>>;
  readonly loops: Readonly<Record<string, LoopState>>;
  readonly log: ReturnType<typeof packEvents>;
}

/** Speakers, open steps, and of `quorumMet`, `judged` and `hasSuccessor` one bit each. */
type PackedGroup = readonly [speakers: readonly number[], openSteps: number, flags: number];

/** Plain JSON of at most about `run.bytes` bytes. */
export function packRun(plan: Plan, run: Run): PackedRun {
  const { nonce, status, startedAt, completedAt, cancelledAt, failureReason, openSteps, nextDue, seq, bytes } = run;
  const { conditionWork } = run;
  const head = { nonce, status, startedAt, completedAt, cancelledAt, failureReason, openSteps, nextDue, seq, bytes };
  return {
    v: 1,
    head: conditionWork === 0 ? head : { ...head, conditionWork },
    steps: run.steps.map((step) => packStep(plan, run, step)),
    groups: mapValues(run.groups, packGroup),
    loops: run.loops,
    log: packEvents(plan, run),
  };
}

/** The run that was packed, to the letter. */
export function unpackRun(plan: Plan, packed: PackedRun): Run {
  const { head, groups, loops, log } = packed;
  const steps = unpackSteps(plan, head, packed.steps);
  const restored = { conditionWork: 0, ...head, steps, groups: mapValues(groups, unpackGroup), loops, log: [] };
  return { ...restored, log: appendEvents([], unpackEvents(plan, restored, log)) };
}

function packGroup({ speakers, openSteps, quorumMet, judged, hasSuccessor }: GroupState): PackedGroup {
  return [speakers, openSteps, (quorumMet ? 1 : 0) + (judged ? 2 : 0) + (hasSuccessor ? 4 : 0)];
}

function unpackGroup([speakers, openSteps, flags]: PackedGroup): GroupState {
  return { speakers, openSteps, quorumMet: flags % 2 === 1, judged: flags % 4 > 1, hasSuccessor: flags > 3 };
}

const mapValues = <A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
