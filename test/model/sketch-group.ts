// Generates groups: members, how they are entered, on time or late, and what leaves them, for each of the three policies.
import type { GroupPolicy } from '../../src/definition/definition';
import type { Sketch } from './sketch';

export function groupPart(sketch: Sketch): void {
  const { dice } = sketch;
  if (sketch.room < 6) return;
  const policy = dice.pick<GroupPolicy>(['joinOnQuorum', 'waitAll', 'cancelOnQuorum']);
  const members = newMembers(sketch, policy === 'cancelOnQuorum' ? 2 : 1);
  const groupId = `g${sketch.groups.length}`;
  enterGroup(sketch, groupId, members);
  const isSubset = dice.chance(25);
  const least = policy === 'cancelOnQuorum' ? 2 : 1;
  const expectedSteps = isSubset ? dice.between(least, members.length) : members.length;
  const quorum = dice.between(1, policy === 'cancelOnQuorum' ? expectedSteps - 1 : expectedSteps);
  const required = dice.chance(25) ? members.slice(0, dice.between(1, quorum)) : null;
  sketch.groups.push({
    ...{ groupId, memberNodeIds: members, expectedSteps, quorum, onQuorumMet: policy },
    ...(required === null ? {} : { requiredNodeIds: required }),
  });
  if (policy === 'joinOnQuorum')
    for (let shared = dice.pick([1, 1, 1, 2, 0]); shared > 0; shared--) share(sketch, members);
  else fanOut(sketch, members);
  if (dice.chance(policy === 'joinOnQuorum' ? 35 : 55)) leaveTogether(sketch, groupId, policy);
}

export const newMembers = (sketch: Sketch, least: number): string[] =>
  Array.from({ length: Math.max(least, sketch.dice.pick([2, 2, 2, 3, 3, 3, 1, 4])) }, () => sketch.node(70));

/** By the group as a whole, or member by member, some of them late. */
function enterGroup(sketch: Sketch, groupId: string, members: readonly string[]): void {
  const { dice } = sketch;
  const from = sketch.source();
  if (dice.chance(40)) {
    if (dice.chance(60)) sketch.edge(from, { kind: 'group', groupId });
    else sketch.anyEdge(from, { kind: 'group', groupId });
    if (dice.chance(15)) sketch.anyEdge(sketch.source(), { kind: 'group', groupId });
    return;
  }
  for (const member of members) {
    if (dice.chance(25) && sketch.room > 2) {
      const gate = sketch.open(30);
      sketch.edge(from, gate, dice.chance(30) ? 'always' : undefined);
      sketch.edge(gate, member, dice.chance(50) ? 'always' : undefined);
    } else if (dice.chance(15)) sketch.anyEdge(sketch.source(), member);
    else sketch.edge(from, member);
  }
}

/** One target that every member leads to. */
function share(sketch: Sketch, members: readonly string[]): void {
  const { dice } = sketch;
  if (sketch.room === 0) return;
  const next = sketch.open();
  for (const member of members) {
    if (dice.chance(20)) sketch.edge(member, next, undefined, { when: sketch.condition() });
    else sketch.edge(member, next, dice.pick([undefined, 'approve', 'always'] as const));
  }
}

function fanOut(sketch: Sketch, members: readonly string[]): void {
  const { dice } = sketch;
  if (dice.chance(20) && sketch.room > 0) {
    const next = sketch.open();
    for (const member of members) sketch.edge(member, next, 'always');
  }
  for (const member of members) if (dice.chance(45) && sketch.room > 0) sketch.anyEdge(member, sketch.open());
  if (dice.chance(30)) for (const member of members) sketch.sources.push(member);
}

/** Edges of the group as a whole. */
export function leaveTogether(sketch: Sketch, groupId: string, policy: GroupPolicy): void {
  const { dice } = sketch;
  const branches = [undefined, 'reject', 'always', 'approve'] as const;
  const roles = policy === 'waitAll' ? branches : ([undefined, 'always'] as const);
  for (let count = dice.between(1, 2); count > 0 && sketch.room > 0; count--) {
    sketch.edge({ kind: 'group', groupId }, sketch.open(), dice.pick(roles));
  }
}
