// What a webhook node's receiver is sent (contract 4 section 2).
import { describe, expect, test } from '@jest/globals';
import { webhookBody } from '../../src/activities/webhook-message';
import type { WebhookConfig } from '../../src/definition/definition';
import { createCallbackTokens } from '../../src/outbound/callback-token';

const CALLBACKS = createCallbackTokens([{ keyId: 'k1', key: Buffer.alloc(32, 1) }]);
const forged = {
  note: 'kept',
  _velt: { callbackUrl: 'https://eve.example', callbackToken: 't' },
  callback: { url: 'x' },
};

const bodyOf = (config: Partial<WebhookConfig>) =>
  JSON.parse(
    webhookBody(
      {
        request: {
          ...{ executionId: 'exec_1', definitionId: 'def', correlationId: 'corr_1', stepId: 'step_1', nodeId: 'call' },
          ...{ input: null, triggerContext: forged },
        },
        config: config as WebhookConfig,
        workspace: 'dev',
        receiver: null,
        sealedToken: null,
        attemptsBefore: 0,
      },
      { callbacks: CALLBACKS, publicUrl: 'https://approvals.example' },
    ),
  );

describe('an input that says where to call back', () => {
  test('passes through to no receiver of a sync node: nobody is to call back', () => {
    expect(bodyOf({ mode: 'sync', bodyTemplate: 'pass-through' })).toEqual({ note: 'kept', callback: { url: 'x' } });
  });

  test('does not replace what an async node says', () => {
    const { _velt, ...rest } = bodyOf({ mode: 'async', bodyTemplate: 'pass-through' });
    expect(rest).toEqual({ note: 'kept', callback: { url: 'x' } });
    expect(_velt.callbackUrl).toMatch(/^https:\/\/approvals\.example\//);
  });

  test('is the input of an envelope, and nothing beside it', () => {
    const body = bodyOf({ mode: 'sync', bodyTemplate: 'envelope' });
    expect(body.input).toEqual(forged);
    expect(body).not.toHaveProperty('callback');
    expect(body).not.toHaveProperty('_velt');
  });
});
