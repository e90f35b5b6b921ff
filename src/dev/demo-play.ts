// The demo's story: register, dispatch, decide twice, and watch the webhooks.
import { setTimeout as sleep } from 'node:timers/promises';
import { EXAMPLE_DEFINITION, EXAMPLE_DISPATCH } from '../api/examples';
import type { ExecutionView, StepView } from '../engine/view';
import type { DemoClient } from './demo-client';
import type { DemoReceiver } from './demo-receiver';
import type { Timeline } from './timeline';

interface Play {
  readonly lines: Timeline;
  readonly client: DemoClient;
  readonly receiver: DemoReceiver;
  readonly secret: string;
}

/** People take a moment to read; the timeline is easier to follow with it. */
const THINKING_MS = 700;

/** Plays the main job to its end, and gives the execution's id. Throws when anything is not as it must be. */
export async function playDemo({ lines, client, receiver, secret }: Play): Promise<string> {
  let unsigned = 0;
  receiver.onReceived(({ event, seq, stepId, isSigned }) => {
    if (!isSigned) unsigned += 1;
    const node = stepId === null ? '' : `  ${nodeOf(stepId)}`;
    lines.line(
      'webhook',
      `seq ${String(seq).padStart(2)}  ${event}${node}  ${isSigned ? 'signature ok' : 'SIGNATURE WRONG'}`,
    );
  });

  const { version } = await client.createDefinition(EXAMPLE_DEFINITION);
  lines.line('client', `definitions/create: ${EXAMPLE_DEFINITION.definitionId}, version ${version}`);
  const webhook = { webhookUrl: receiver.url, webhookSecret: secret };
  const { executionId } = await client.dispatch({ ...EXAMPLE_DISPATCH, ...webhook });
  lines.line('client', `executions/dispatch: ${executionId}`);
  const replay = await client.dispatch({ ...EXAMPLE_DISPATCH, ...webhook });
  lines.line(
    'client',
    `executions/dispatch again, same key: deduplicated ${replay.deduplicated}, nothing started twice`,
  );

  const waiting = await viewWhen(client, executionId, (view) => waitingSteps(view).length === 2);
  const draft = waiting.steps.find((step) => step.nodeId === 'agent-draft');
  lines.line('agent', `copy-agent-v1: ${String(draft?.output?.summary)}`);
  for (const step of waitingSteps(waiting)) {
    const [reviewerId] = (step.output?.reviewerIds ?? []) as readonly string[];
    await sleep(THINKING_MS);
    const answer = await client.decide({ executionId, stepId: step.stepId, reviewerId, decision: 'approve' });
    lines.line(
      'reviewer',
      `${reviewerId} approves ${step.nodeId}: recorded ${answer.recorded}, step ${answer.aggregatorStatus}`,
    );
  }
  const ended = await viewWhen(client, executionId, (view) => view.status !== 'running');
  const published = ended.steps.find((step) => step.nodeId === 'agent-publish');
  lines.line('agent', `publish-agent-v1: ${String(published?.output?.summary)}`);
  await receiver.until('execution.completed');
  lines.line(
    'client',
    `executions/get: ${ended.status}, ${ended.steps.length} steps, ${Number(ended.completedAt) - ended.startedAt} ms`,
  );
  if (ended.status !== 'completed' || unsigned > 0 || !replay.deduplicated)
    throw new Error('the demo did not go as it must');
  return executionId;
}

const waitingSteps = (view: ExecutionView): readonly StepView[] =>
  view.steps.filter((step) => step.status === 'waiting');

async function viewWhen(
  client: DemoClient,
  executionId: string,
  ready: (view: ExecutionView) => boolean,
): Promise<ExecutionView> {
  for (;;) {
    const view = await client.get(executionId);
    if (ready(view)) return view;
    await sleep(50);
  }
}

/** The last part of a step id is its node. */
const nodeOf = (stepId: string): string =>
  stepId
    .split('__to__')
    .pop()
    ?.replace(/^step_(.*)_\d+_\w+$/, '$1') ?? stepId;
