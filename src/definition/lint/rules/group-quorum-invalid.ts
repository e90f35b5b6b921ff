// The quorum is below 1 or can never be reached.
import type { Rule } from '../rule';

export const groupQuorumInvalid: Rule = {
  code: 'group-quorum-invalid',
  *check({ definition }) {
    for (const [index, { groupId, expectedSteps, quorum }] of definition.groups.entries()) {
      if (quorum >= 1 && quorum <= expectedSteps) continue;
      const message = `Group "${groupId}" has a quorum of ${quorum}; it expects ${expectedSteps} steps, so say 1 to ${expectedSteps}.`;
      yield { message, path: `groups[${index}].quorum`, groupId };
    }
  },
};
