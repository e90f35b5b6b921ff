// A definition that grows by its size.
import { LIMITS } from '../../src/definition/limits';
import { chain, REVIEWER } from '../chain-flow';

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
