// The definitions that grow: by their number of nodes, and by their size.
import { LIMITS } from '../../src/definition/limits';

const REVIEWER = 'ada';

/** A quick agent, then humans one after the other, then a quick agent: `nodes` of them, 3 at least. */
export function chain(definitionId: string, nodes: number): object {
  const human = (n: number) => ({
    nodeId: `review-${n}`,
    type: 'human',
    config: { reviewers: [{ userId: REVIEWER, mandatory: true }] },
  });
  const agent = (nodeId: string) => ({ nodeId, type: 'agent', config: { agentId: '__mock__' } });
  const all = [agent('draft'), ...Array.from({ length: nodes - 2 }, (_, n) => human(n)), agent('publish')];
  const edges = all.slice(1).map((node, n) => ({ from: all[n]?.nodeId, to: node.nodeId }));
  return { definitionId, name: `A chain of ${nodes}`, nodes: all, edges };
}

/** The chain of three, with branches that a reject would take, until the whole has about so many bytes as JSON. */
export function ofSize(definitionId: string, bytes: number): object {
  const base = chain(definitionId, 3) as { nodes: object[]; edges: object[] };
  const branches: object[] = [];
  const edges: object[] = [];
  const whole = () => ({ ...base, nodes: [...base.nodes, ...branches], edges: [...base.edges, ...edges] });
  for (let left = bytes - size(whole()); left > SMALLEST_BRANCH; left = bytes - size(whole())) {
    const nodeId = `branch-${branches.length}`;
    const commentBody = 'x'.repeat(Math.min(LIMITS.commentBodyLengthMax, left - SMALLEST_BRANCH));
    branches.push({
      nodeId,
      type: 'human',
      config: { reviewers: [{ userId: REVIEWER, mandatory: true }], commentBody },
    });
    edges.push({ from: 'review-0', to: nodeId, on: 'reject' });
  }
  return whole();
}

const SMALLEST_BRANCH = 220;

const size = (value: object): number => Buffer.byteLength(JSON.stringify(value));
