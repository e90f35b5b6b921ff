// The registry entry of one definition: a head that stays open, and an immutable record for each version.

import { defineSearchAttributeKey } from '@temporalio/common';
import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  defineUpdate,
  makeContinueAsNewFunc,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { changeRegister, judgeChange, type Register } from '../definition/head';
import {
  type DefinitionArgs,
  type HeadChange,
  type HeadReply,
  REFUSED,
  UPDATE,
  WORKFLOW,
  WORKFLOW_TASK_TIMEOUT,
} from './contract';

const changeDefinition = defineUpdate<HeadReply, [HeadChange]>(UPDATE.changeDefinition);
const VERSION = defineSearchAttributeKey('DefinitionVersion', 'INT');

/**
 * The head: what is current stands in its memo, readable without a worker. It stays open, for a closed one would expire,
 * and continues as new at each change, so that lists are ordered by the last one.
 */
export async function definition(...[head, past]: DefinitionArgs): Promise<void> {
  let register: Register = { head, past };
  let isChanged = false;
  setCurrentDetails(`**${head.name}**, version ${head.version}, ${head.status}`);

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

  await condition(() => isChanged && allHandlersFinished());
  await continueWith(register);
}

/** A deleted definition's head: the same, under a name of its own. */
export async function deletedDefinition(...register: DefinitionArgs): Promise<void> {
  await definition(...register);
}

/** The record of one version: its content is its input. It is started with a delay of a century, so this never runs. */
export async function definitionVersion(_record: unknown): Promise<void> {}

function continueWith({ head, past }: Register): Promise<never> {
  const continueAsNew = makeContinueAsNewFunc<typeof definition>({
    workflowType: head.status === 'active' ? WORKFLOW.definition : WORKFLOW.deletedDefinition,
    workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
    memo: { ...head },
    typedSearchAttributes: workflowInfo().typedSearchAttributes.updateCopy([{ key: VERSION, value: head.version }]),
  });
  return continueAsNew(head, past);
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
  if (isWhole && (kind !== 'publish' || Number.isInteger(fields.ifVersion))) return;
  throw failure('malformed', `expected a change of one of the kinds ${Object.keys(TEXTS).join(', ')}`, []);
}

const failure = (type: string, message: string, details: unknown[]): ApplicationFailure =>
  ApplicationFailure.create({ type, message, details, nonRetryable: true });
