// A loop that begins at a group whose quorum can be met while members still reject.
import type { Rule } from '../rule';

export const loopGroupBoundedQuorumMustEqualExpected: Rule = {
  code: 'loop-group-bounded-quorum-must-equal-expected',
  *check({ definition, edges }) {
    const looping = new Set(edges.flatMap(({ edge, fromGroupId }) => (edge.loop ? [fromGroupId] : [])));
    for (const [index, { groupId, quorum, expectedSteps }] of definition.groups.entries()) {
      if (!looping.has(groupId) || quorum === expectedSteps) continue;
      const message = `A loop begins at group "${groupId}": its quorum (${quorum}) must be the number of steps it expects (${expectedSteps}).`;
      yield { message, path: `groups[${index}].quorum`, groupId };
    }
  },
};
