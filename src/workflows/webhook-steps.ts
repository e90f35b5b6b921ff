// Calls the receivers of webhook nodes, as an activity that Temporal retries (contract 4 section 2).
import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { CallWebhook } from '../engine/effect';
import type { Plan, StepError } from '../engine/run';
import { type Activities, WEBHOOK_FAILURE_CODES } from './contract/activities';
import type { ExecutionContext } from './contract/execution';
import { timeOfNews } from './news-in-turn';
import { isWebhookResponse, noResult, toldAtIn, toldIn } from './results';
import type { WorkReport } from './shell';
import type { TaskRoom } from './task-room';
import { HEARTBEAT_TIMEOUT, retaking, untilAWorkerLives } from './worker-death';

/** As agents are by default (decision 0085). */
const ATTEMPTS_MAX = 3;
/** The client's own time-out acts first. */
const TIMEOUT_GRACE_MS = 10_000;

/** Rejects only when it is cancelled. */
export async function callWebhook(
  plan: Plan,
  context: ExecutionContext,
  { nodeId, request, requestBytes }: CallWebhook,
  room: TaskRoom,
): Promise<WorkReport> {
  const { workspace, receiver, webhookTokens, checksReports, keepsTimes } = context;
  const node = plan.graph.nodes.get(nodeId);
  if (node?.type !== 'webhook') throw new Error(`node ${nodeId} is no webhook`);
  const { config } = node;
  const { stepId } = request;
  const isSigned = config.authMode === 'hmac';
  // A node may be called `constructor`, which every object has.
  const hasToken = config.authMode === 'token' && Object.hasOwn(webhookTokens, nodeId);
  const sealedToken = hasToken ? (webhookTokens[nodeId] ?? null) : null;
  const task = {
    request,
    config,
    workspace,
    receiver: isSigned ? receiver : null,
    sealedToken,
    attemptsBefore: 0,
    ...(keepsTimes && { tellsTime: keepsTimes }),
  };
  try {
    const again = retaking(context, () => room.waitFor(requestBytes));
    const answer = await untilAWorkerLives(task, { maxAttempts: ATTEMPTS_MAX, ...again }, (next) => {
      const activities = proxyActivities<Pick<Activities, 'callWebhook'>>({
        startToCloseTimeout: config.timeoutMs + TIMEOUT_GRACE_MS,
        heartbeatTimeout: HEARTBEAT_TIMEOUT,
        retry: {
          maximumAttempts: Math.max(1, ATTEMPTS_MAX - next.attemptsBefore),
          initialInterval: '1s',
          backoffCoefficient: 2,
        },
        // Compared on replay, as those of agents are.
        activityId: stepId,
        summary: `${nodeId} · ${config.method} ${config.mode}`,
      });
      return activities.callWebhook(next);
    });
    const { result: response, endedAt } = toldIn(answer, task);
    if (checksReports && !isWebhookResponse(response))
      throw noResult('{ "httpStatus", "responseHeaders", "responseText" }');
    return { input: { kind: 'webhook-answered', at: timeOfNews(endedAt), stepId, response }, origin: 'recorded' };
  } catch (error) {
    if (isCancellation(error)) throw error;
    const failure = {
      kind: 'webhook-failed',
      at: timeOfNews(toldAtIn(error)),
      stepId,
      error: failureOf(error),
    } as const;
    return { input: failure, origin: 'recorded' };
  }
}

function failureOf(error: unknown): StepError {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) {
    const code = WEBHOOK_FAILURE_CODES.find((known) => known === cause.type) ?? 'webhook-node-failed';
    return { code, message: cause.message };
  }
  if (cause instanceof TimeoutFailure) {
    return { code: 'webhook-node-timeout', message: 'The call did not end, time and again.' };
  }
  return { code: 'webhook-node-failed', message: 'The call failed.' };
}
