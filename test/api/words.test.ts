// A refusal is said in the words of the caller's dialect, whatever the method.
import { expect, test } from '@jest/globals';
import type { Request, Response } from 'express';
import { ApiError } from '../../src/api/errors';
import { chooseWords, said } from '../../src/api/words';

test.each([
  ['GET', '/api/workflow/x', { status: 404, message: 'gone', retryable: false }],
  ['M-SEARCH', '/api/workflow/x', { status: 404, message: 'gone', retryable: false }],
  ['M-SEARCH', '/v1/executions', { message: 'gone', title: expect.any(String) }],
  ['POST', '/v2/workflow/webhook-inbound/trigger', { ok: false }],
  ['M-SEARCH', '/v2/workflow/webhook-inbound/trigger', { error: { status: 'NOT_FOUND' } }],
  ['GET', '/apix', { error: { status: 'NOT_FOUND' } }],
])('%s %s', (method, path, body) => {
  const response = { locals: { requestId: 'r' } } as unknown as Response;
  chooseWords({ method, path } as Request, response, () => undefined);
  expect(said(new ApiError('NOT_FOUND', 'gone'), response)).toMatchObject(body);
});
