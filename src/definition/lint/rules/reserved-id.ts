// Ids of nodes and groups that would be mistaken for the parts of step ids (contract 2 section 2).
import type { Rule } from '../rule';

/** Also what can be read as a part of the next `__to__`: `x__to` with `b`, and `x` with `to__b`, would give two steps one id. */
const RESERVED = /__to__|__to_?$|_iter_\d+$/;

export const reservedId: Rule = {
  code: 'reserved-id',
  *check({ definition }) {
    const advice =
      'must not contain "__to__", nor end in "__to", "__to_" or "_iter_" and digits: step ids are made with these';
    for (const [index, { nodeId }] of definition.nodes.entries()) {
      if (RESERVED.test(nodeId))
        yield { message: `Node id "${nodeId}" ${advice}.`, path: `nodes[${index}].nodeId`, nodeId };
    }
    for (const [index, { groupId }] of definition.groups.entries()) {
      if (RESERVED.test(groupId))
        yield { message: `Group id "${groupId}" ${advice}.`, path: `groups[${index}].groupId`, groupId };
    }
  },
};
