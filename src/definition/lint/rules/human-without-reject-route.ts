// A reject of a human step leads nowhere: the execution fails.
import { groupFailedBy, leadsOnItself } from '../needed-member';
import type { Rule } from '../rule';

export const humanWithoutRejectRoute: Rule = {
  code: 'human-without-reject-route',
  *check(subject) {
    const { definition, edges, groupOf } = subject;
    const routed = new Set(
      edges
        .filter(({ role, fromGroupId }) => fromGroupId === null && ['reject', 'always', 'custom'].includes(role))
        .map((edge) => edge.from),
    );
    for (const [index, { nodeId, type }] of definition.nodes.entries()) {
      if (type !== 'human' || (routed.has(nodeId) && leadsOnItself(subject, nodeId))) continue;
      const place = { path: `nodes[${index}]`, nodeId };
      if (!groupOf.has(nodeId)) {
        const message = `Human node "${nodeId}" has no edge that can fire on a reject: a reject fails the execution.`;
        yield { message, ...place };
        continue;
      }
      const group = groupFailedBy(subject, nodeId, 'rejects');
      if (group === null) continue;
      const { groupId } = group;
      const message = `Human node "${nodeId}" is needed by group "${groupId}", and no edge can fire on a reject: a reject fails the execution.`;
      yield { message, ...place, groupId };
    }
  },
};
