// The policy cancelOnQuorum is not built yet.
import type { Rule } from '../rule';

export const groupPolicyNotSupported: Rule = {
  code: 'group-policy-not-supported',
  *check({ definition }) {
    for (const [index, { groupId, onQuorumMet }] of definition.groups.entries()) {
      if (onQuorumMet !== 'cancelOnQuorum') continue;
      const message = `Group "${groupId}" has the policy cancelOnQuorum, which this version does not support; it has waitAll and joinOnQuorum.`;
      yield { message, path: `groups[${index}].onQuorumMet`, groupId };
    }
  },
};
