// POST /api/workflow: a start whose every part stands in the body (Conductor's StartWorkflowRequest).
import { z } from 'zod';
import { freeForm } from '../../definition/schema-parts';
import type { DialectOperation } from '../dialect';
import type { DispatchDependencies } from '../executions/dispatching';
import { jsonOf, readBytes } from '../json-body';
import { checked } from './errors';
import { correlationId, idempotencyKey, priority, strategy, version } from './parameters';
import { onceOf, STARTED, startWorkflow } from './start';

/** What would change what runs, and where, is refused rather than passed over; anything else that is unknown is. */
const notHere = z
  .unknown()
  .refine((value) => isEmpty(value), 'is not supported here; leave it out')
  .optional()
  .meta({ description: 'Refused unless it is empty.' });

const startRequest = z.object({
  name: z.string().min(1, 'must not be empty').meta({ description: 'A definitionId, in any case.' }),
  version: version.nullish(),
  correlationId: correlationId.nullish(),
  input: freeForm.nullish(),
  priority: priority.nullish(),
  idempotencyKey: idempotencyKey.nullish(),
  idempotencyStrategy: strategy.nullish(),
  workflowDef: notHere,
  taskToDomain: notHere,
  externalInputPayloadStoragePath: notHere,
});

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (typeof value === 'object' && Object.keys(value).length === 0);

export const startByRequest = (dependencies: DispatchDependencies): DialectOperation => ({
  method: 'post',
  path: '/api/workflow',
  operationId: 'startWorkflow',
  summary: 'Start a workflow, asked for in the body',
  body: { schema: startRequest, example: { name: 'DemoWorkflow', input: { input1: 'someValue' } } },
  answers: STARTED,
  async handle(call, request, response) {
    const asked = checked(startRequest, jsonOf(await readBytes(request, response)));
    const { idempotencyKey: key, idempotencyStrategy } = asked;
    const id = await startWorkflow(dependencies, call, {
      name: asked.name,
      version: asked.version ?? undefined,
      correlationId: asked.correlationId ?? undefined,
      priority: asked.priority ?? 0,
      input: asked.input ?? {},
      once: onceOf(key ?? undefined, idempotencyStrategy ?? undefined, { strategy: 'idempotencyStrategy' }),
      unknown: (name, version) => `No such workflow defined. name=${name}, version=${version}`,
    });
    response.type('text/plain').send(id);
  },
});
