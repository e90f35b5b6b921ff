// The registry entry of one definition: a head that stays open and owns its schedules, and a record for each version.

import { defineSearchAttributeKey } from '@temporalio/common';
import {
  ActivityFailure,
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  defineUpdate,
  makeContinueAsNewFunc,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { changeRegister, type HeadChange, type HeadReply, judgeChange, type Register } from '../definition/head';
import { condition } from './condition';
import type { Activities } from './contract/activities';
import type { DefinitionArgs } from './contract/definitions';
import { definitionOf } from './contract/ids';
import { REFUSED, UPDATE } from './contract/messages';
import { WORKFLOW, WORKFLOW_TASK_TIMEOUT } from './contract/names';
import { asWritten } from './contract/operator-text';
import { areTexts } from './results';

const changeDefinition = defineUpdate<HeadReply, [HeadChange]>(UPDATE.changeDefinition);
const VERSION = defineSearchAttributeKey('DefinitionVersion', 'INT');

/**
 * The head: what is current stands in its memo, readable without a worker. It stays open, for a closed one would expire,
 * and continues as new at each change, so that lists are ordered by the last one. Temporal's request to cancel it changes
 * nothing (docs/decisions/0138-definitions-are-not-cancelled.md).
 */
export async function definition(...register: DefinitionArgs): Promise<void> {
  await CancellationScope.nonCancellable(() => untilChanged(register));
}

async function untilChanged([head, past, schedules = []]: DefinitionArgs): Promise<void> {
  let register: Register = { head, past, schedules };
  let isChanged = false;
  setCurrentDetails(`**${asWritten(head.name)}**, version ${head.version}, ${head.status}`);

  setHandler(
    changeDefinition,
    (change) => {
      const reply = judgeChange(register, change);
      if (reply.kind !== 'changed') return reply;
      // Two changes can stand in one workflow task: what the first made current was so from now on, not since the start.
      const since = isChanged ? Date.now() : workflowInfo().startTime.getTime();
      const next = changeRegister(register, change, since);
      isChanged ||= next !== register;
      register = next;
      return reply;
    },
    {
      description: 'Makes another version current, deletes the definition or creates it anew.',
      validator: (change) => {
        assertChange(change);
        const reply = judgeChange(register, change);
        if (reply.kind !== 'changed') throw failure(REFUSED, reply.kind, [reply]);
      },
    },
  );

  // A change waits for no schedule: the run that it begins takes over what is not done (docs/decisions/0080).
  if (schedules.length > 0) {
    void keepSchedules(schedules).then((kept) => {
      if (!isChanged) register = { ...register, schedules: kept };
    });
  }
  await condition(() => isChanged && allHandlersFinished());
  await continueWith(register);
}

const { syncSchedules } = proxyActivities<Pick<Activities, 'syncSchedules'>>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '1m' },
});

/** The triggers that have a schedule afterwards; until the next change all of them, when an operator ended the activity. */
async function keepSchedules(triggerIds: readonly string[]): Promise<readonly string[]> {
  const { workspace, definitionId } = definitionOf(workflowInfo().workflowId);
  const summary = `schedules of ${definitionId}`;
  try {
    const kept = await syncSchedules.executeWithOptions({ summary }, [{ workspace, definitionId, triggerIds }]);
    return areTexts(kept) ? kept : triggerIds;
  } catch (error) {
    // Made to fail by an operator, or given up for good: the next change tries again.
    if (error instanceof ActivityFailure) return triggerIds;
    throw error;
  }
}

/** A deleted definition's head: the same, under a name of its own. */
export async function deletedDefinition(...register: DefinitionArgs): Promise<void> {
  await definition(...register);
}

/**
 * The record of one version: its content is its input. It is started with a delay of a century, and runs before that only when its
 * cancellation is requested: it stays open then, too, for a closed one would expire.
 */
export async function definitionVersion(_record: unknown): Promise<void> {
  await CancellationScope.nonCancellable(() => condition(() => false));
}

function continueWith({ head, past, schedules }: Register): Promise<never> {
  const continueAsNew = makeContinueAsNewFunc<typeof definition>({
    workflowType: head.status === 'active' ? WORKFLOW.definition : WORKFLOW.deletedDefinition,
    workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
    memo: { ...head },
    typedSearchAttributes: workflowInfo().typedSearchAttributes.updateCopy([{ key: VERSION, value: head.version }]),
  });
  return continueAsNew(head, past, schedules);
}

const TEXTS: Readonly<Record<HeadChange['kind'], readonly string[]>> = {
  publish: ['generation', 'token', 'name'],
  tombstone: ['generation'],
  revive: ['ifGeneration', 'generation', 'token', 'name'],
};

/** Any Temporal client may send anything, and any other exception would make the workflow task fail for ever. */
function assertChange(change: unknown): asserts change is HeadChange {
  const fields = (typeof change === 'object' && change !== null ? change : {}) as Record<string, unknown>;
  const kind = String(fields.kind);
  const texts = Object.hasOwn(TEXTS, kind) ? TEXTS[kind as HeadChange['kind']] : null;
  const isWhole = texts?.every((name) => typeof fields[name] === 'string') ?? false;
  const hasSchedules = kind === 'tombstone' || areTexts(fields.scheduledTriggerIds);
  if (isWhole && hasSchedules && (kind !== 'publish' || Number.isInteger(fields.ifVersion))) return;
  throw failure('malformed', `expected a change of one of the kinds ${Object.keys(TEXTS).join(', ')}`, []);
}

const failure = (type: string, message: string, details: unknown[]): ApplicationFailure =>
  ApplicationFailure.create({ type, message, details, nonRetryable: true });
