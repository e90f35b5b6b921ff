// A definition's own webhook receiver is not built yet.
import type { Rule } from '../rule';

export const webhookConfigNotSupported: Rule = {
  code: 'webhook-config-not-supported',
  *check({ definition }) {
    if (definition.webhookConfig === null) return;
    const message =
      'This version does not support webhookConfig; give webhookUrl and webhookSecret to executions/dispatch.';
    yield { message, path: 'webhookConfig' };
  },
};
