// One flow as a client drives it: dispatch, one read, two approvals, the end. The same calls for all variants.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { Pool } from 'undici';
import { EXAMPLE_DEFINITION, EXAMPLE_DISPATCH } from '../src/api/examples';
import { HEADERS } from './headers';
import type { Variant } from './processes';

export interface FlowTimes {
  readonly dispatchMs: number;
  /** From when the dispatch was sent until a read showed that both reviewers are waited for. */
  readonly untilAskedMs: number;
  readonly decisionMs: readonly number[];
  /** From when the last approval was sent; some variants answer it before they act on it, others after. */
  readonly lastApprovalToEndMs: number;
  readonly flowMs: number;
  /** Reads that were needed until both reviewers were waited for; the first is the flow's one read. */
  readonly reads: number;
}

export interface Driver {
  prepare(): Promise<void>;
  flow(key: string): Promise<FlowTimes>;
  /** Milliseconds that a repeated dispatch of this key takes. */
  replay(key: string): Promise<number>;
  close(): Promise<void>;
}

interface SeenStep {
  readonly stepId: string;
  readonly status: string;
  readonly reviewerId?: string;
  readonly output?: { readonly reviewerIds?: readonly string[] };
}

const RETRY_READ_MS = 10;

type Driven = Pick<Variant, 'name' | 'apiUrl' | 'workflowIdOf' | 'webhookUrl'>;

const WEBHOOK_SECRET = 'of-the-benchmark-and-of-nobody-else';

export function driver(
  { name, apiUrl, workflowIdOf, webhookUrl }: Driven,
  temporal: Client,
  connections: number,
): Driver {
  const isOurs = name === 'ours' || name === 'webhooks';
  const receiver = webhookUrl === undefined ? {} : { webhookUrl, webhookSecret: WEBHOOK_SECRET };
  const pool = new Pool(apiUrl, { connections });
  async function call<T>(path: string, data: object): Promise<T> {
    const request = {
      method: 'POST' as const,
      path: `/v2/workflow/${path}`,
      headers: HEADERS,
      body: JSON.stringify({ data }),
    };
    const { statusCode, body } = await pool.request(request);
    const answer = (await body.json()) as { result: T; error?: object };
    // As a client would: what is overloaded is asked again.
    if (statusCode === 503 || statusCode === 504) {
      process.stderr.write(`    ${name} ${path}: ${statusCode}, asking again\n`);
      return call(path, data);
    }
    if (statusCode !== 200) throw new Error(`${name} ${path}: ${statusCode} ${JSON.stringify(answer.error)}`);
    return answer.result;
  }

  async function waitingSteps(executionId: string): Promise<{ steps: readonly SeenStep[]; reads: number }> {
    for (let reads = 1; ; reads++) {
      const { steps } = await call<{ steps: readonly SeenStep[] }>('executions/get', { executionId });
      const waiting = steps.filter((step) => step.status === 'waiting');
      if (waiting.length === 2) return { steps: waiting, reads };
      await sleep(RETRY_READ_MS);
    }
  }

  function dispatch(key: string): Promise<{ executionId: string; deduplicated: boolean }> {
    const { triggerContext, definitionId } = EXAMPLE_DISPATCH;
    const named = isOurs ? { definitionId } : {};
    return call('executions/dispatch', { ...named, idempotencyKey: key, triggerContext, ...receiver });
  }

  /** One long poll: nobody asks again and again. At Temporal, the same for both of its variants; DBOS has its facade's. */
  const untilEnded = (key: string, executionId: string): Promise<unknown> =>
    name === 'dbos'
      ? call('executions/wait', { executionId })
      : temporal.workflow.getHandle(workflowIdOf(key)).result();

  return {
    async prepare() {
      for (let tries = 0; ; tries++) {
        try {
          if (isOurs) await call('definitions/create', EXAMPLE_DEFINITION);
          await this.flow(`warm-up-of-${name}-${tries}`);
          return;
        } catch (error) {
          if (tries > 100) throw error;
          if (String(error).includes('ALREADY_EXISTS')) return;
          await sleep(200);
        }
      }
    },
    async flow(key) {
      const startedAt = performance.now();
      const { executionId } = await dispatch(key);
      const dispatchMs = performance.now() - startedAt;
      const { steps, reads } = await waitingSteps(executionId);
      const untilAskedMs = performance.now() - startedAt;
      const decisionMs: number[] = [];
      let lastSentAt = startedAt;
      for (const step of steps) {
        const reviewerId = step.reviewerId ?? step.output?.reviewerIds?.[0];
        lastSentAt = performance.now();
        await call('steps/recordReviewerDecision', {
          executionId,
          stepId: step.stepId,
          reviewerId,
          decision: 'approve',
        });
        decisionMs.push(performance.now() - lastSentAt);
      }
      await untilEnded(key, executionId);
      const endedAt = performance.now();
      const lastApprovalToEndMs = endedAt - lastSentAt;
      return { dispatchMs, untilAskedMs, decisionMs, lastApprovalToEndMs, flowMs: endedAt - startedAt, reads };
    },
    async replay(key) {
      const startedAt = performance.now();
      const { deduplicated } = await dispatch(key);
      if (!deduplicated) throw new Error(`${name}: ${key} was dispatched twice`);
      return performance.now() - startedAt;
    },
    close: () => pool.close(),
  };
}
