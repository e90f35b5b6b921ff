// The hand-written workflow's facade, of the same shape as our API: Express, zod, credentials, an envelope, deadlines.
import { timingSafeEqual } from 'node:crypto';
import {
  Client,
  Connection,
  WorkflowExecutionAlreadyStartedError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import express, { type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import { z } from 'zod';

const { TEMPORAL_ADDRESS: address = '', TASK_QUEUE: taskQueue = '', PORT = '' } = process.env;
const client = new Client({ connection: Connection.lazy({ address }) });
const bounded = <T>(call: () => Promise<T>): Promise<T> => client.withDeadline(Date.now() + 4_000, call);
const workflowIdOf = (executionId: string): string => `hand/${executionId.replace(/^exec_/, '')}`;

const app = express();
app.use(helmet());
app.use((request: Request, response: Response, next: NextFunction) => {
  const isKnown =
    same(request.headers['x-velt-api-key'], 'dev-api-key') &&
    same(request.headers['x-velt-auth-token'], 'dev-auth-token');
  if (isKnown) next();
  else response.status(401).json({ error: { status: 'UNAUTHENTICATED' } });
});
app.use(express.json({ limit: '1mb' }));

const dispatchData = z.strictObject({
  idempotencyKey: z.string().regex(/^[\w:.-]{1,200}$/),
  triggerContext: z.record(z.string(), z.unknown()),
});
serve('executions/dispatch', dispatchData, async ({ idempotencyKey, triggerContext }) => {
  const executionId = `exec_${idempotencyKey}`;
  try {
    await client.workflow.start('marketingCopyApproval', {
      workflowId: workflowIdOf(executionId),
      taskQueue,
      args: [triggerContext],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      workflowTaskTimeout: '5s',
    });
    return { executionId, deduplicated: false };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { executionId, deduplicated: true };
    throw error;
  }
});

serve('executions/get', z.strictObject({ executionId: z.string() }), async ({ executionId }) => {
  const state = await client.workflow
    .getHandle(workflowIdOf(executionId))
    .query<{ status: string; steps: object[] }>('view');
  return { executionId, ...state };
});

const decisionData = z.strictObject({
  executionId: z.string(),
  stepId: z.string(),
  reviewerId: z.string(),
  decision: z.enum(['approve', 'reject']),
});
serve('steps/recordReviewerDecision', decisionData, async ({ executionId, ...decision }) => {
  try {
    const handle = client.workflow.getHandle(workflowIdOf(executionId));
    return await handle.executeUpdate<{ recorded: boolean }, [object]>('decide', { args: [decision] });
  } catch (error) {
    // Refused: decided before, by the call whose answer got lost perhaps.
    if (error instanceof WorkflowUpdateFailedError) return { recorded: false };
    throw error;
  }
});

function serve<S extends z.ZodType>(path: string, data: S, handle: (data: z.output<S>) => Promise<object>): void {
  const envelope: z.ZodType<{ data: z.output<S> }> = z.strictObject({ data }) as never;
  app.post(`/v2/workflow/${path}`, async (request: Request, response: Response) => {
    const parsed = envelope.safeParse(request.body);
    if (!parsed.success) {
      response.status(400).json({ error: { status: 'INVALID_ARGUMENT', message: parsed.error.message } });
      return;
    }
    response.json({ result: await bounded(() => handle(parsed.data.data)) });
  });
}

function same(given: unknown, expected: string): boolean {
  const [a, b] = [Buffer.from(String(given)), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
  response.status(503).json({ error: { status: 'UNAVAILABLE', message: String(error) } });
});

app.listen(Number(PORT), '127.0.0.1');
