// Two groups have the same id.
import type { Rule } from '../rule';

export const groupDuplicateId: Rule = {
  code: 'group-duplicate-id',
  *check({ definition }) {
    const seen = new Set<string>();
    for (const [index, { groupId }] of definition.groups.entries()) {
      if (seen.has(groupId)) {
        yield {
          message: `Group id "${groupId}" is used twice; give each group its own.`,
          path: `groups[${index}].groupId`,
          groupId,
        };
      }
      seen.add(groupId);
    }
  },
};
