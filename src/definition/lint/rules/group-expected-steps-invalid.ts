// expectedSteps is below 1 or above the number of members.
import type { Rule } from '../rule';

export const groupExpectedStepsInvalid: Rule = {
  code: 'group-expected-steps-invalid',
  *check({ definition }) {
    for (const [index, { groupId, memberNodeIds, expectedSteps }] of definition.groups.entries()) {
      // A group without members is told as such.
      if (memberNodeIds.length === 0) continue;
      if (expectedSteps >= 1 && expectedSteps <= memberNodeIds.length) continue;
      const message = `Group "${groupId}" expects ${expectedSteps} steps; it has ${memberNodeIds.length} members, so say 1 to ${memberNodeIds.length}.`;
      yield { message, path: `groups[${index}].expectedSteps`, groupId };
    }
  },
};
