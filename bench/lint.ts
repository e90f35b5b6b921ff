// How long the largest definitions take to lint, compile and index: `npm run bench:lint`. The bound is 50 ms; the CPU is that of all
// threads, so also what the compiler and the garbage collector do meanwhile.
import { compile } from '../src/definition/compile';
import type { AuthoredDefinition } from '../src/definition/definition';
import { indexGraph } from '../src/definition/graph';
import { lintDefinition } from '../src/definition/lint/lint';
import { definitionCreateSchema } from '../src/definition/schema';

const ROUNDS = 15;
const agent = (nodeId: string) => ({ nodeId, type: 'agent', config: { agentId: 'a' } });
const human = (nodeId: string) => ({ nodeId, type: 'human', config: { reviewerIds: ['u'] } });
const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
/** Most definitions ask the same at many edges. */
const KINDS_OF_CONDITIONS = 97;
const when = (i: number, kinds = KINDS_OF_CONDITIONS) =>
  Array.from({ length: 8 }, (_, j) => `output.field${j}.score >= ${i % kinds} && output.kind != "${j}"`).join(' || ');

/** 100 nodes, 500 edges with conditions as long as 512 KiB allow, 100 groups: 20 layers of five nodes, all to all. */
function valid(kinds: number): object {
  const layers = numbers(20).map((layer) => numbers(5).map((i) => `n${layer}.${i}`));
  const edges = layers
    .slice(1)
    .flatMap((layer, above) => (layers[above] ?? []).flatMap((from) => layer.map((to) => ({ from, to }))));
  return {
    nodes: layers.flat().map(agent),
    edges: numbers(500).map((i) => ({ ...edges[i % edges.length], when: when(i, kinds) })),
    groups: layers
      .flat()
      .map((nodeId, i) => ({ groupId: `g${i}`, memberNodeIds: [nodeId], expectedSteps: 1, quorum: 1 })),
  };
}

/** 49 loops, and edges to a group of every second node. */
function looping(): object {
  const loops = numbers(49);
  return {
    nodes: [agent('root'), ...loops.flatMap((i) => [agent(`w${i}`), human(`h${i}`)]), agent('end')],
    edges: [
      ...loops.flatMap((i) => [
        { from: 'root', to: `w${i}`, when: when(i) },
        { from: `w${i}`, to: `h${i}` },
        { from: `h${i}`, to: `w${i}`, on: 'reject', loop: { maxIterations: 20 } },
        { from: `h${i}`, to: 'end', when: when(i) },
      ]),
      ...numbers(290).map((i) => ({ from: `h${i % 49}`, to: 'end', when: when(i) })),
    ],
  };
}

/** Everything at once: cycles, loops that overlap, groups that share all their members, edges between all of these. */
function invalid(): object {
  const ids = numbers(100).map((i) => `n${i}`);
  const ends = ['n0', { kind: 'group', groupId: 'g1' }, { kind: 'group', groupId: 'g2' }, 'ghost'];
  return {
    nodes: ids.map(human),
    edges: numbers(500).map((i) => ({
      from: i % 3 === 0 ? ends[(i / 3) % 4] : ids[i % 100],
      to: i % 5 === 0 ? ends[(i / 5) % 4] : ids[(i * 7) % 100],
      on: ['reject', 'always', 'exhausted', 'reject', 'approve'][i % 5],
      loop: i % 4 === 0 ? { maxIterations: 20 } : null,
      when: i % 2 === 0 ? when(i) : null,
    })),
    groups: numbers(100).map((i) => ({
      groupId: `g${i}`,
      memberNodeIds: ids,
      expectedSteps: 200,
      quorum: 300,
      onQuorumMet: ['joinOnQuorum', 'cancelOnQuorum', 'waitAll'][i % 3],
      requiredNodeIds: [...ids.slice(50), ...numbers(50).map((j) => `x${j}`)],
    })),
  };
}

/** Conditions that are refused for what stands behind a regex which takes long to compile. */
function refused(): object {
  const pattern = `(?i)${'[^\\\\pL]'.repeat(15)}`;
  const edges = numbers(500).map((i) => ({ from: 'a', to: 'b', when: `regex(output.a, "${pattern}(${i}")` }));
  return { nodes: [agent('a'), agent('b')], edges };
}

/** Groups of all nodes that do not join: each of their members leads to nearly all others. */
function unjoined(): object {
  const ids = numbers(100).map((i) => `a-node-with-a-long-name-${i}`);
  const group = (i: number) => ({ groupId: `g${i}`, memberNodeIds: ids, expectedSteps: 100, quorum: 100 });
  return {
    nodes: ids.map(agent),
    edges: ids.map((from, i) => ({ from, to: i === 0 ? ids[1] : { kind: 'group', groupId: 'g0' } })),
    groups: numbers(100).map((i) => ({ ...group(i), onQuorumMet: 'joinOnQuorum' })),
  };
}

const shapes = {
  valid: valid(KINDS_OF_CONDITIONS),
  looping: looping(),
  invalid: invalid(),
  different: valid(500),
  refused: refused(),
  unjoined: unjoined(),
};
for (const [name, shape] of Object.entries(shapes)) {
  const data = { definitionId: 'the-largest', name, ...shape };
  const bytes = JSON.stringify(data).length;
  const authored = definitionCreateSchema.parse(data);
  const rounds = numbers(ROUNDS).map(() => round(authored));
  const { errors = 0 } = rounds[0] ?? {};
  console.log(
    `${name}: ${Math.round(bytes / 1024)} KiB, ${errors} errors; ${said(rounds.map((it) => it.ms))}; CPU of all threads ${said(rounds.map((it) => it.cpuMs))}`,
  );
}

function said(times: readonly number[]): string {
  const [first = 0, ...warm] = times;
  const sorted = warm.sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return `first ${first.toFixed(1)} ms, then median ${median.toFixed(1)}, worst ${(sorted.at(-1) ?? 0).toFixed(1)}`;
}

function round(authored: AuthoredDefinition): { ms: number; cpuMs: number; errors: number } {
  const [start, startedAt] = [process.cpuUsage(), performance.now()];
  const { errors, draft, conditions } = lintDefinition(authored);
  if (draft) {
    compile({ ...draft, conditions });
    indexGraph({ ...draft, conditions });
  }
  const ms = performance.now() - startedAt;
  const spent = process.cpuUsage(start);
  return { ms, cpuMs: (spent.user + spent.system) / 1_000, errors: errors.length };
}
