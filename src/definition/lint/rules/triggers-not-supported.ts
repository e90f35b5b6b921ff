// Triggers are not built yet.
import type { Rule } from '../rule';

export const triggersNotSupported: Rule = {
  code: 'triggers-not-supported',
  *check({ definition }) {
    if (definition.triggers.length === 0) return;
    yield {
      message: 'This version does not support triggers; start executions with executions/dispatch.',
      path: 'triggers',
    };
  },
};
