// Ways to spoil a generated definition, so that the linter has something to refuse.
import type { AuthoredDefinition, DefinitionEdge, DefinitionGroup } from '../../src/definition/definition';
import type { Dice } from './dice';

type Spoil = (definition: AuthoredDefinition, dice: Dice) => Partial<AuthoredDefinition>;

const addEdge =
  (edge: (dice: Dice, ids: readonly string[]) => Partial<DefinitionEdge>): Spoil =>
  ({ edges, nodes }, dice) => {
    const ids = nodes.map((node) => node.nodeId);
    const fallback = { from: dice.pick(ids), to: dice.pick(ids), when: null };
    return { edges: [...edges, { ...fallback, ...edge(dice, ids) } as DefinitionEdge] };
  };

const changeGroup =
  (change: (group: DefinitionGroup, dice: Dice) => Partial<DefinitionGroup>): Spoil =>
  ({ groups }, dice) => {
    const spoilt = dice.roll(groups.length);
    return { groups: groups.map((group, index) => (index === spoilt ? { ...group, ...change(group, dice) } : group)) };
  };

const SPOILS: readonly Spoil[] = [
  addEdge(() => ({ to: 'nowhere' })),
  addEdge(() => ({ from: { kind: 'group', groupId: 'nowhere' } })),
  addEdge((dice, ids) => ({ from: ids.at(-1)!, to: ids[0]!, on: dice.pick([undefined, 'reject'] as const) })),
  addEdge(() => ({ on: 'custom' })),
  addEdge(() => ({ on: 'always', when: 'output.a == 1' })),
  addEdge(() => ({ when: 'output.a ==' })),
  addEdge(() => ({ on: 'approve', loop: { maxIterations: 2 } })),
  addEdge(() => ({ on: 'reject', loop: { maxIterations: 2 } })),
  addEdge(() => ({ on: 'exhausted' })),
  ({ nodes }) => ({ nodes: [...nodes, nodes[0]!] }),
  ({ nodes }) => ({ nodes: nodes.map((node, index) => (index === 0 ? ({ ...node, config: null } as never) : node)) }),
  ({ nodes }) => ({ nodes: [...nodes, { ...nodes[0]!, nodeId: 'a__to__b' }] }),
  ({ groups }) => ({ groups: [...groups, ...groups.slice(0, 1)] }),
  changeGroup(({ memberNodeIds }) => ({ quorum: memberNodeIds.length + 1 })),
  changeGroup(({ memberNodeIds }) => ({ expectedSteps: memberNodeIds.length + 1 })),
  changeGroup(() => ({ memberNodeIds: [] })),
  changeGroup(({ memberNodeIds }) => ({ memberNodeIds: [...memberNodeIds, 'nowhere'] })),
  changeGroup(() => ({ requiredNodeIds: ['nowhere'] })),
  changeGroup((_group, dice) => ({ onQuorumMet: dice.pick(['waitAll', 'cancelOnQuorum', 'joinOnQuorum'] as const) })),
];

/** Spoils one thing, chosen by the dice. What it makes may by chance still be sound. */
export function breakSomething(definition: AuthoredDefinition, dice: Dice): AuthoredDefinition {
  return { ...definition, ...dice.pick(SPOILS)(definition, dice) };
}
