// POST /api/workflow/{name} and /api/workflow/start/{name}/{version}: the input is the body (seed conductor-execute-workflow).
import type { Request, Response } from 'express';
import { freeForm } from '../../definition/schema-parts';
import type { DialectOperation } from '../dialect';
import type { Call } from '../endpoint';
import { undecodableParameter } from '../escapes';
import type { DispatchDependencies } from '../executions/dispatching';
import { jsonOf, readBytes } from '../json-body';
import { checked, validationFailed } from './errors';
import { headersOf, namePath, queryOf, startHeaders, startQuery, versionPath } from './parameters';
import { onceOf, STARTED, startWorkflow } from './start';

const input = freeForm.meta({ description: 'The triggerContext.' });

type Started = Omit<DialectOperation, 'path' | 'operationId' | 'parameters'>;

const starting = (dependencies: DispatchDependencies): Started => ({
  method: 'post',
  summary: 'Start a workflow',
  description: 'With `X-Idempotency-key`, `X-on-conflict` says what a second start with the same key does.',
  body: { schema: input, example: { input1: 'someValue' }, isOptional: true },
  answers: STARTED,
  async handle(call: Call, request: Request, response: Response) {
    const { name, version } = request.params;
    // The version of the path is the one that is asked for.
    const asked = Object.keys(startQuery.shape).filter((key) => version === undefined || key !== 'version');
    const odd = undecodableParameter(request, asked);
    if (odd)
      throw validationFailed([{ path: odd.name, message: 'must be UTF-8, in escapes', invalidValue: odd.value }]);
    const query = checked(startQuery, { ...queryOf(request), ...(version === undefined ? {} : { version }) });
    const headers = checked(startHeaders, headersOf(request));
    const once = onceOf(headers['X-Idempotency-key'], headers['X-on-conflict'], { strategy: 'X-on-conflict' });
    const bytes = await readBytes(request, response);
    // A client that has no input to give sends none.
    const body = bytes.length === 0 ? {} : jsonOf(bytes);
    const id = await startWorkflow(dependencies, call, {
      ...query,
      name: String(name),
      input: checked(input, body),
      once,
      unknown: (unknown, wanted) => `No such workflow found by name: ${unknown}, version: ${wanted}`,
    });
    response.type('text/plain').send(id);
  },
});

export const startByName = (dependencies: DispatchDependencies): DialectOperation => ({
  ...starting(dependencies),
  path: '/api/workflow/{name}',
  operationId: 'startWorkflowByName',
  parameters: { path: namePath, query: startQuery, header: startHeaders },
});

export const startByVersion = (dependencies: DispatchDependencies): DialectOperation => ({
  ...starting(dependencies),
  path: '/api/workflow/start/{name}/{version}',
  operationId: 'startWorkflowByVersion',
  parameters: { path: versionPath, query: startQuery.omit({ version: true }), header: startHeaders },
});
