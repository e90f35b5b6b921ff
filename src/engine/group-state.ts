// What the run keeps of each group: who has ended, how many are open, whether it has met its quorum and was judged.
import type { DefinitionGroup } from '../definition/definition';
import type { GroupState, Step } from './run';
import { stepAt, type Turn } from './turn';

const UNTOUCHED: GroupState = { speakers: [], openSteps: 0, quorumMet: false, judged: false, hasSuccessor: false };

/** One group in one iteration. No id has a `#`, so no key of a record is ever taken for something inherited. */
export const groupKey = (groupId: string, iteration: number): string => `${groupId}#${iteration}`;

export function stateOf(turn: Pick<Turn, 'groups'>, { groupId }: DefinitionGroup, iteration: number): GroupState {
  return turn.groups[groupKey(groupId, iteration)] ?? UNTOUCHED;
}

export function setState(
  turn: Turn,
  { groupId }: DefinitionGroup,
  { iteration, ...change }: Partial<GroupState> & { readonly iteration: number },
): void {
  const key = groupKey(groupId, iteration);
  if (turn.groups[key] === undefined) turn.bytes += GROUP_BYTES + groupId.length;
  turn.groups = { ...turn.groups, [key]: { ...(turn.groups[key] ?? UNTOUCHED), ...change } };
}

const GROUP_BYTES = 40;
/** A position among the speakers, when stored. */
const SPEAKER_BYTES = 6;

/** Counts a member step that opened. */
export function memberOpened(turn: Turn, position: number): void {
  const { step, group } = memberAt(turn, position);
  if (!group) return;
  const { iteration } = step;
  setState(turn, group, { iteration, openSteps: stateOf(turn, group, iteration).openSteps + 1 });
}

/** Counts a member step that ended; the first of its node to end speaks for the node (contract 2 section 6). */
export function memberEnded(turn: Turn, position: number): void {
  const { step, group } = memberAt(turn, position);
  if (!group) return;
  const { iteration, nodeId } = step;
  const { speakers, openSteps } = stateOf(turn, group, iteration);
  const isFirst = !speakers.some((speaker) => stepAt(turn, speaker).nodeId === nodeId);
  if (isFirst) turn.bytes += SPEAKER_BYTES;
  setState(turn, group, {
    iteration,
    openSteps: openSteps - 1,
    ...(isFirst ? { speakers: [...speakers, position] } : {}),
  });
}

function memberAt(turn: Turn, position: number): { step: Step; group: DefinitionGroup | undefined } {
  const step = stepAt(turn, position);
  return { step, group: turn.plan.graph.groupOf.get(step.nodeId) };
}
