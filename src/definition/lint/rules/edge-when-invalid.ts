// A `when` cannot be compiled.
import type { Rule } from '../rule';

export const edgeWhenInvalid: Rule = {
  code: 'edge-when-invalid',
  *check({ edges }) {
    for (const { from, to, path, parsed } of edges) {
      if (parsed === null || parsed.ok) continue;
      const message = `The "when" of the edge from "${from}" to "${to}" is invalid at ${parsed.position}: ${parsed.message}.`;
      yield { message, path: `${path}.when` };
    }
  },
};
