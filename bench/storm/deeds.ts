// What people and programs do to an execution in a storm, sensible and not: each deed is one or two calls.
import type { Client } from '@temporalio/client';
import { type DefinitionNode, reviewersOf } from '../../src/definition/definition';
import { OVERRIDE_ACTIONS } from '../../src/engine/run';
import { executionWorkflowId, keyOfExecutionId } from '../../src/workflows/contract/ids';
import { SIGNAL } from '../../src/workflows/contract/messages';
import type { Random } from '../random';
import type { SeenStep } from '../views';
import { isOpen, type Watched } from './watched';

export interface Doer {
  readonly watched: Watched;
  readonly random: Random;
  /** Of a person's decisions some come as a signal. */
  readonly temporal: Client;
  /** The share of cancels of the whole execution. */
  readonly wildness: number;
  readonly count: (what: string) => void;
}

type Deed = (doer: Doer, step: SeenStep) => Promise<unknown>;

/** Of a step that is open mostly, sometimes of one that has ended. */
export async function doSomething(doer: Doer): Promise<void> {
  const { watched, random, wildness } = doer;
  const open = watched.steps.filter(isOpen);
  const [step] = random.shuffled(open.length > 0 && random.chance(0.9) ? open : watched.steps);
  if (step === undefined) return;
  const deed = random.weighed<Deed>([
    [wildness, cancelExecution],
    [0.04, cancelStep],
    [0.06, override],
    [0.9 - wildness, work],
  ]);
  await deed(doer, step);
}

const cancelExecution: Deed = ({ watched }) => watched.ask('executions/cancel', { reason: 'no more' });

const cancelStep: Deed = ({ watched }, { stepId }) => watched.ask('steps/cancel', { stepId, actorId: 'boss' });

const override: Deed = ({ watched, random }, { stepId }) => {
  const [action = OVERRIDE_ACTIONS[0]] = random.shuffled(OVERRIDE_ACTIONS);
  return watched.ask('steps/resolve', { stepId, action, actorId: random.pick(['boss', 'ann']) });
};

/** What the step waits for. */
const work: Deed = async (doer, step) => {
  const node = doer.watched.nodeOf(step);
  if (node.type === 'human') await review(doer, step, node);
  else if (node.type === 'agent' && node.config.blocking) await resolveResponse(doer, step);
};

const OTHERS = ['dee', 'eli', 'ann'] as const;

async function review(doer: Doer, { stepId }: SeenStep, node: Extract<DefinitionNode, { type: 'human' }>) {
  const { watched, random, temporal, count } = doer;
  const [reviewer] = random.shuffled(reviewersOf(node.config));
  const reviewerId = random.chance(0.9) ? (reviewer?.userId ?? '') : random.pick(OTHERS);
  if (random.chance(0.07)) {
    const passed = { fromReviewerId: reviewerId, toReviewerId: random.pick(OTHERS), actorId: 'boss' };
    return watched.ask('steps/reassign', { stepId, ...passed });
  }
  const decision = random.chance(0.3) ? 'reject' : 'approve';
  const decided = { stepId, reviewerId, decision, ...(random.chance(0.3) ? { reason: 'because' } : {}) };
  if (random.chance(0.35)) {
    const handle = temporal.workflow.getHandle(workflowIdOf(watched.executionId));
    // Of one that has ended it is refused.
    const isTaken = await handle.signal(SIGNAL.reviewerDecision, decided).then(
      () => true,
      () => false,
    );
    return count(`signal ${SIGNAL.reviewerDecision} ${isTaken ? 'taken' : 'refused'}`);
  }
  const decide = () => watched.ask('steps/recordReviewerDecision', decided);
  return random.chance(0.15) ? Promise.all([decide(), decide()]) : decide();
}

export const workflowIdOf = (executionId: string): string =>
  executionWorkflowId('dev', keyOfExecutionId(executionId) ?? '');

function resolveResponse({ watched, random }: Doer, step: SeenStep) {
  const [responseId = 'r0'] = random.shuffled(responseIdsOf(step));
  const resolution = random.chance(0.25) ? 'rejected' : 'resolved';
  return watched.ask('steps/recordAgentResolution', { stepId: step.stepId, responseId, resolution, actorId: 'ann' });
}

export function responseIdsOf({ output }: SeenStep): string[] {
  const responses = (output?.responses ?? []) as readonly unknown[] as readonly { readonly responseId?: string }[];
  return responses.flatMap(({ responseId }) => responseId ?? []);
}
