// Two loops share nodes, so that it would be unclear which iteration these are in.
import type { Rule } from '../rule';

export const loopNodeInMultipleLoops: Rule = {
  code: 'loop-node-in-multiple-loops',
  *check({ loops }) {
    const loopOf = new Map<string, string>();
    for (const { subject, body } of loops) {
      const shared = [...body].filter((nodeId) => loopOf.has(nodeId));
      const name = `"${subject.from}" to "${subject.to}"`;
      for (const nodeId of body) if (!loopOf.has(nodeId)) loopOf.set(nodeId, name);
      const [nodeId] = shared;
      if (nodeId === undefined) continue;
      const message = `The loop from ${name} has nodes that are in the loop from ${loopOf.get(nodeId)} too: ${shared.join(', ')}. A node can be in one loop.`;
      yield { message, path: `${subject.path}.loop`, nodeId };
    }
  },
};
