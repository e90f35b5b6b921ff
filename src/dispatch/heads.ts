// The heads of definitions: one open workflow each, whose memo says what is current and whose updates change it.

import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { LRUCache } from 'lru-cache';
import type { DefinitionHead, HeadChange, HeadReply, PastVersion } from '../definition/head';
import { LIMITS } from '../definition/limits';
import { type DescribedRun, describeRun, isOpen } from '../temporal/described-run';
import { readInput } from '../temporal/first-event';
import { GRPC, grpcCodeOf } from '../temporal/grpc';
import { createTurns } from '../temporal/turns';
import { refusalIn } from '../temporal/update-refusal';
import type { DefinitionArgs } from '../workflows/contract/definitions';
import { definitionWorkflowId } from '../workflows/contract/ids';
import { UPDATE } from '../workflows/contract/messages';
import { WORKFLOW, WORKFLOW_TASK_TIMEOUT } from '../workflows/contract/names';
import { definitionAttributes } from './attributes';
import { headLeases } from './head-leases';

/** A head as it was found: with its times, and the run that it was found in. */
export interface SeenHead extends DefinitionHead {
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly startedAt: number;
  readonly runId: string;
}

export interface Heads {
  /**
   * Strongly consistent, without a worker. Null when the definition does not exist. One that has just changed comes when no
   * process dispatches what was before it any more (docs/decisions/0104).
   */
  read(workspace: string, definitionId: string): Promise<SeenHead | null>;
  /** For dispatches: seldom a call, and never what was before a change that anybody has been told of. */
  leased(workspace: string, definitionId: string): Promise<SeenHead | null>;
  /** The versions that were current before. */
  past(workspace: string, definitionId: string, head: SeenHead): Promise<readonly PastVersion[]>;
  /** The triggers whose schedules may exist. */
  schedules(workspace: string, definitionId: string, head: SeenHead): Promise<readonly string[]>;
  /** False when there is an open head already. */
  start(workspace: string, definitionId: string, head: DefinitionHead, schedules: readonly string[]): Promise<boolean>;
  /** Needs a worker. Answers when the change, or the one that was faster, is what every dispatch uses. */
  change(workspace: string, definitionId: string, change: HeadChange): Promise<HeadReply | { readonly kind: 'gone' }>;
  /** Ends the head, unless it has changed since it was seen. */
  end(workspace: string, definitionId: string, head: SeenHead): Promise<void>;
}

/** What became current with the present run did so when that run started. */
export function seenHead(memo: DefinitionHead, { startedAt, runId }: { startedAt: number; runId: string }): SeenHead {
  const { createdAt, updatedAt } = memo;
  return { ...memo, createdAt: createdAt ?? startedAt, updatedAt: updatedAt ?? startedAt, startedAt, runId };
}

const HEADS_MAX = 10_000;

export function createHeads(client: Client, taskQueue: string): Heads {
  /** Run ids by workflow id: a describe that names the run spares Temporal the search for the newest one. */
  const lastOpen = new LRUCache<string, string>({ max: HEADS_MAX });
  const turns = createTurns();

  async function argumentsOf(workspace: string, definitionId: string, runId: string): Promise<Partial<DefinitionArgs>> {
    const workflowId = definitionWorkflowId(workspace, definitionId);
    return ((await readInput(client, { workflowId, runId })) ?? []) as Partial<DefinitionArgs>;
  }

  /** A workflow id has one open run at most, so the run that was open last is the head if it still is open. */
  async function openRun(workflowId: string): Promise<DescribedRun | null> {
    const runId = lastOpen.get(workflowId);
    const known = runId === undefined ? null : await describeRun(client, { workflowId, runId });
    if (known && isOpen(known.status)) return known;
    const newest = await describeRun(client, { workflowId });
    if (!newest || !isOpen(newest.status)) return null;
    lastOpen.set(workflowId, newest.runId);
    return newest;
  }

  const memoOf = ({ memo }: DescribedRun): DefinitionHead => memo as unknown as DefinitionHead;
  const leases = headLeases(openRun, { mayLease: (run) => memoOf(run).status === 'active' });

  async function seenBy(
    look: (workflowId: string) => Promise<DescribedRun | null>,
    workspace: string,
    definitionId: string,
  ): Promise<SeenHead | null> {
    // An id that is not well formed could name another workflow.
    if (!LIMITS.definitionIdPattern.test(definitionId)) return null;
    const run = await look(definitionWorkflowId(workspace, definitionId));
    return run && seenHead(memoOf(run), run);
  }

  async function sendChange(workflowId: string, change: HeadChange): Promise<HeadReply | { readonly kind: 'gone' }> {
    try {
      const handle = client.workflow.getHandle(workflowId);
      return await turns.take(workflowId, 0, (updateId) =>
        handle.executeUpdate<HeadReply, [HeadChange]>(UPDATE.changeDefinition, { args: [change], updateId }),
      );
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return { kind: 'gone' };
      const refusal = refusalIn<HeadReply>(error);
      if (refusal) return refusal;
      throw error;
    }
  }

  return {
    read: (workspace, definitionId) => seenBy(leases.read, workspace, definitionId),

    leased: (workspace, definitionId) => seenBy(leases.leased, workspace, definitionId),

    async past(workspace, definitionId, { runId }) {
      const [, past] = await argumentsOf(workspace, definitionId, runId);
      return past ?? [];
    },

    async schedules(workspace, definitionId, { runId }) {
      const [, , schedules] = await argumentsOf(workspace, definitionId, runId);
      return schedules ?? [];
    },

    async start(workspace, definitionId, head, schedules) {
      const args: DefinitionArgs = [head, [], schedules];
      try {
        await client.workflow.start(WORKFLOW.definition, {
          workflowId: definitionWorkflowId(workspace, definitionId),
          taskQueue,
          args,
          memo: { ...head },
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          workflowIdConflictPolicy: 'FAIL',
          workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
          typedSearchAttributes: definitionAttributes(workspace, definitionId, head.version),
        });
        return true;
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
        throw error;
      }
    },

    async change(workspace, definitionId, change) {
      const workflowId = definitionWorkflowId(workspace, definitionId);
      const reply = await sendChange(workflowId, change);
      await leases.read(workflowId);
      return reply;
    },

    async end(workspace, definitionId, { runId }) {
      const { namespace } = client.options;
      const workflowExecution = { workflowId: definitionWorkflowId(workspace, definitionId), runId };
      try {
        await client.workflowService.terminateWorkflowExecution({ namespace, workflowExecution, reason: 'purged' });
      } catch (error) {
        if (grpcCodeOf(error) !== GRPC.NOT_FOUND) throw error;
      }
    },
  };
}
