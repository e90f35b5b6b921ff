// A node has a deadline, and nothing follows when it passes: the execution fails.
import { groupFailedBy, leadsOnItself } from '../needed-member';
import type { Rule } from '../rule';

export const missingBreachEdge: Rule = {
  code: 'missing-breach-edge',
  *check(subject) {
    const { definition, forwardFrom, groupOf } = subject;
    for (const [index, { nodeId, slaMs }] of definition.nodes.entries()) {
      if (slaMs === undefined) continue;
      const routes = (forwardFrom.get(nodeId) ?? []).some(({ role }) => role === 'always' || role === 'custom');
      if (routes && leadsOnItself(subject, nodeId)) continue;
      const place = { path: `nodes[${index}].slaMs`, nodeId };
      if (!groupOf.has(nodeId)) {
        const message = `Node "${nodeId}" has slaMs and no edge that can fire on a breach (on always, or a "when"): a breach fails the execution.`;
        yield { message, ...place };
        continue;
      }
      const group = groupFailedBy(subject, nodeId, 'breaches');
      if (group === null) continue;
      const { groupId } = group;
      const message = `Node "${nodeId}" has slaMs and is needed by group "${groupId}", and no edge can fire on a breach: a breach fails the execution.`;
      yield { message, ...place, groupId };
    }
  },
};
