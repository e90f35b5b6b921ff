// Generates reject loops: around a chain of nodes, and around a group that joins on quorum.
import type { Endpoint } from '../../src/definition/definition';
import type { Sketch } from './sketch';
import { leaveTogether, newMembers } from './sketch-group';

/** A chain whose last node leads back to its first when it rejects. */
export function nodeLoopPart(sketch: Sketch): void {
  const { dice } = sketch;
  if (sketch.room < 5) return;
  const entry = sketch.node(30);
  sketch.anyEdge(sketch.source(), entry);
  const body = [entry];
  for (let more = dice.pick([1, 1, 1, 1, 2, 2, 3]); more > 0 && sketch.room > 2; more--) {
    const next = sketch.node(60);
    sketch.edge(body.at(-1)!, next, dice.pick([undefined, undefined, undefined, 'always', 'approve'] as const));
    body.push(next);
  }
  const from = body.at(-1)!;
  loopBack(sketch, from, entry);
  const exit = dice.pick([from, from, dice.pick(body), null]);
  if (exit === null) return;
  for (let count = dice.between(1, 2); count > 0 && sketch.room > 0; count--) sketch.anyEdge(exit, sketch.open());
}

export function groupLoopPart(sketch: Sketch): void {
  const { dice } = sketch;
  if (sketch.room < 8) return;
  const entry = sketch.node(20);
  sketch.anyEdge(sketch.source(), entry);
  const members = newMembers(sketch, 1);
  const groupId = `g${sketch.groups.length}`;
  const asGroup = { kind: 'group', groupId } as const;
  if (dice.chance(50)) sketch.edge(entry, asGroup);
  else for (const member of members) approach(sketch, entry, member);
  const expectedSteps = dice.chance(15) ? dice.between(1, members.length) : members.length;
  sketch.groups.push({
    ...{ groupId, memberNodeIds: members, expectedSteps, quorum: expectedSteps, onQuorumMet: 'joinOnQuorum' },
    ...(dice.chance(20) ? { requiredNodeIds: members.slice(0, 1) } : {}),
  });
  loopBack(sketch, asGroup, entry);
  if (dice.roll(100) < 70) {
    const next = sketch.open();
    for (const member of members) sketch.edge(member, next);
  }
  if (dice.chance(30)) leaveTogether(sketch, groupId, 'joinOnQuorum');
}

/** From the entry of a loop to a member, now and then over a node between. */
function approach(sketch: Sketch, entry: string, member: string): void {
  const { dice } = sketch;
  if (dice.chance(15) && sketch.room > 4) {
    const between = sketch.node(40);
    sketch.edge(entry, between, dice.chance(30) ? 'always' : undefined);
    sketch.edge(between, member);
  } else sketch.edge(entry, member, dice.chance(10) ? 'always' : undefined);
}

function loopBack(sketch: Sketch, from: Endpoint, entry: string): void {
  const { dice } = sketch;
  sketch.edge(from, entry, 'reject', { loop: { maxIterations: dice.pick([2, 2, 1, 3]) } });
  if (dice.chance(60) && sketch.room > 0) sketch.edge(from, sketch.open(), 'exhausted');
}
