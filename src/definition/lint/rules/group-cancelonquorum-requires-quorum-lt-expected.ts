// A cancelOnQuorum group whose quorum leaves nobody to cancel.
import type { Rule } from '../rule';

export const groupCancelonquorumRequiresQuorumLtExpected: Rule = {
  code: 'group-cancelonquorum-requires-quorum-lt-expected',
  *check({ definition }) {
    for (const [index, { groupId, quorum, expectedSteps, onQuorumMet }] of definition.groups.entries()) {
      if (onQuorumMet !== 'cancelOnQuorum' || quorum < expectedSteps) continue;
      const message = `Group "${groupId}" is cancelOnQuorum with a quorum of ${quorum} of ${expectedSteps} expected steps; its quorum must be lower, or nobody is left to cancel.`;
      yield { message, path: `groups[${index}].quorum`, groupId };
    }
  },
};
