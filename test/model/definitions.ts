// Generates definitions: chains, fan-outs, diamonds, groups of every policy, loops; most of them pass the linter.
import type { AuthoredDefinition } from '../../src/definition/definition';
import { breakSomething } from './breakage';
import { Dice } from './dice';
import { Sketch } from './sketch';
import { groupPart } from './sketch-group';
import { groupLoopPart, nodeLoopPart } from './sketch-loop';

/** A definition from a tape; `broken` when something was done to it that the linter ought to refuse. */
export function definitionFrom(tape: readonly number[]): { readonly authored: AuthoredDefinition; broken: boolean } {
  const dice = new Dice(tape);
  const broken = dice.chance(6);
  const sketch = new Sketch(dice);
  const roots = dice.pick([1, 1, 1, 1, 1, 1, 1, 2, 2, 3]);
  for (let root = 0; root < roots; root++) sketch.open(30);
  for (
    let part = dice.weigh([
      [2, 1],
      [3, 2],
      [3, 3],
      [2, 5],
      [1, 8],
    ] as const);
    part > 0;
    part--
  )
    build(sketch);
  const { nodes, edges, groups } = sketch;
  const authored: AuthoredDefinition = {
    definitionId: 'generated',
    name: 'Generated',
    description: null,
    scope: { level: 'apiKey', organizationId: null, documentId: null },
    ...{ nodes, edges, groups, triggers: [], webhookConfig: null, tags: null, custom: null },
  };
  return { authored: broken ? breakSomething(authored, dice) : authored, broken };
}

function build(sketch: Sketch): void {
  const part = sketch.dice.weigh([
    [3, extend],
    [2, merge],
    [8, groupPart],
    [5, nodeLoopPart],
    [5, groupLoopPart],
  ]);
  part(sketch);
}

/** One source, one to three new nodes after it. */
function extend(sketch: Sketch): void {
  const from = sketch.source();
  for (let count = sketch.dice.between(1, 3); count > 0 && sketch.room > 0; count--) {
    sketch.anyEdge(from, sketch.open());
  }
}

/** Two sources, one target: two steps of it. Or another edge between nodes that exist, always onwards. */
function merge(sketch: Sketch): void {
  const { dice, targets, sources } = sketch;
  const [a, b] = [sketch.source(), sketch.source()];
  if (dice.chance(60) && sketch.room > 0) {
    const to = sketch.open();
    sketch.anyEdge(a, to);
    sketch.anyEdge(b, to);
    return;
  }
  const later = targets.filter((nodeId) => placeOf(nodeId) > placeOf(a));
  if (later.length > 0 && sources.includes(a)) sketch.anyEdge(a, dice.pick(later));
}

const placeOf = (nodeId: string): number => Number(nodeId.slice(1));
