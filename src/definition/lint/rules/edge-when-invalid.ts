// A condition that cannot be compiled.
import { parseWhen } from '../../when/parse';
import type { Rule } from '../rule';

export const edgeWhenInvalid: Rule = {
  code: 'edge-when-invalid',
  *check({ edges }) {
    for (const { edge, from, to, path } of edges) {
      if (edge.when === null) continue;
      const parsed = parseWhen(edge.when);
      if (parsed.ok) continue;
      const message = `The "when" of the edge from "${from}" to "${to}" is invalid at ${parsed.position}: ${parsed.message}.`;
      yield { message, path: `${path}.when` };
    }
  },
};
