// The facade of the flow on DBOS, and its engine too: DBOS runs workflows in the process that starts them.
import { setTimeout as sleep } from 'node:timers/promises';
import { DBOS, Error as DbosError, type WorkflowHandle, type WorkflowStatus } from '@dbos-inc/dbos-sdk';
import { ANSWER_MS_MAX, decisionData, dispatchData, executionData, httpFacade } from '../hand-written/http';
import type { Decision, State } from '../hand-written/workflow';
import { DRAFTED, decisionIdOf, marketingCopyApproval, REVIEWERS, recordDecision, stateOf } from './workflow';

const { DATABASE_URL: systemDatabaseUrl = '', PORT = '' } = process.env;
/** Connections to PostgreSQL; half of them may read. DBOS's default of 10 is for an application that shares its database. */
const POOL_SIZE = 20;

const { serve, listen } = httpFacade(bounded);
/** What a read waits for a draft that is not there yet: the event is pushed, so that is seldom as long. */
const DRAFT_SECONDS_MAX = 0.1;
/** Of what this process started and has not seen end. */
const running = new Map<string, WorkflowHandle<State>>();

serve('executions/dispatch', dispatchData, async ({ idempotencyKey, triggerContext }) => {
  const executionId = `exec_${idempotencyKey}`;
  const once = { workflowID: executionId, workflowIDReusePolicy: 'reject' } as const;
  try {
    remember(await DBOS.startWorkflow(marketingCopyApproval, once)(triggerContext));
    return { executionId, deduplicated: false };
  } catch (error) {
    if (DbosError.isWorkflowIDInUseError(error)) return { executionId, deduplicated: true };
    throw error;
  }
});

serve('executions/get', executionData, async ({ executionId }) => {
  const ids = [executionId, ...Object.keys(REVIEWERS).map((stepId) => decisionIdOf(executionId, stepId))];
  const [draft, found] = await Promise.all([
    draftWithin(DRAFT_SECONDS_MAX, executionId),
    DBOS.listWorkflows({ workflowIDs: ids }),
  ]);
  const main = found.find(({ workflowID }) => workflowID === executionId);
  if (main === undefined) throw new Error(`there is no ${executionId}`);
  if (main.status === 'SUCCESS') return { executionId, ...(main.output as State) };
  const decisions = found.filter((it) => it !== main).map(decisionOf);
  const status = main.status === 'ERROR' ? 'failed' : 'running';
  return { executionId, ...stateOf({ status, draft, decisions }) };
});

serve('steps/recordReviewerDecision', decisionData, async ({ executionId, ...decision }) => {
  const { stepId, reviewerId } = decision;
  const isOpen = REVIEWERS[stepId] === reviewerId && (await draftWithin(0, executionId)) !== null;
  if (!isOpen) return { recorded: false };
  const once = { workflowID: decisionIdOf(executionId, stepId), workflowIDReusePolicy: 'reject' } as const;
  try {
    await DBOS.startWorkflow(recordDecision, once)(executionId, decision);
    return { recorded: true };
  } catch (error) {
    if (DbosError.isWorkflowIDInUseError(error)) return { recorded: false };
    throw error;
  }
});

/**
 * The counterpart of Temporal's long poll for a result, since DBOS has none: its clients read the database once a second.
 * The handle of what runs in this process is told at once, and reads nothing.
 */
serve('executions/wait', executionData, ({ executionId }) =>
  (running.get(executionId) ?? DBOS.retrieveWorkflow<State>(executionId)).getResult(),
);

const draftWithin = (seconds: number, executionId: string): Promise<object | null> =>
  DBOS.getEvent<object>(executionId, DRAFTED, seconds);

const decisionOf = ({ input }: WorkflowStatus): Decision => input?.[1] as Decision;

function remember(handle: WorkflowHandle<State>): void {
  running.set(handle.workflowID, handle);
  const forget = () => running.delete(handle.workflowID);
  handle.getResult().then(forget, forget);
}

async function bounded<T>(call: () => Promise<T>): Promise<T> {
  const isOver = new AbortController();
  const late = sleep(ANSWER_MS_MAX, null, { signal: isOver.signal }).then(() => {
    throw new Error(`no answer within ${ANSWER_MS_MAX} ms`);
  });
  late.catch(() => {});
  try {
    return await Promise.race([call(), late]);
  } finally {
    isOver.abort();
  }
}

async function main(): Promise<void> {
  DBOS.setConfig({ name: 'bench', systemDatabaseUrl, systemDatabasePoolSize: POOL_SIZE, logLevel: 'warn' });
  await DBOS.launch();
  process.once('SIGTERM', () => void DBOS.shutdown().then(() => process.exit(0)));
  listen(Number(PORT));
}

void main();
