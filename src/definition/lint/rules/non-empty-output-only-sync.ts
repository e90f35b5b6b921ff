// An async webhook node asks for a non-empty output: that is asked of answers, and its step ends by a callback.
import type { Rule } from '../rule';

export const nonEmptyOutputOnlySync: Rule = {
  code: 'non-empty-output-only-sync',
  *check({ definition }) {
    for (const [index, node] of definition.nodes.entries()) {
      if (node.type !== 'webhook' || node.config?.mode !== 'async' || !node.requireNonEmptyOutput) continue;
      const { nodeId } = node;
      const message = `Webhook node "${nodeId}" is async, where requireNonEmptyOutput does nothing: a callback without an output completes its step.`;
      yield { message, path: `nodes[${index}].requireNonEmptyOutput`, nodeId };
    }
  },
};
