// One flow as a client of the chaos run drives it: dispatch, votes, the end, and all of it repeated at random.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '../api-client';
import { now } from '../journal';
import type { Random } from '../random';
import { isOver, type SeenExecution, type SeenStep } from '../views';
import type { ChaosDefinition } from './definitions';

export interface FlowSetting {
  readonly client: ApiClient;
  readonly random: Random;
  /** How many times longer than usual people think. */
  readonly thinking: number;
  /** How many times longer than usual they wait before they look again. */
  readonly looking: number;
  readonly webhook: { readonly webhookUrl: string; readonly webhookSecret: string };
}

export interface FlowTime {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly thinkMs: number;
}

const REJECTS = 0.12;
const REPEATS = 0.3;
const CONTRADICTS = 0.1;
const THINK_MS_MAX = 400;
const LATE_MS_MAX = 600;
const READ_AGAIN_MS = { min: 30, max: 150 };

export async function runFlow(setting: FlowSetting, definition: ChaosDefinition, key: string): Promise<FlowTime> {
  const { client, random, thinking, webhook } = setting;
  const startedAt = now();
  let thinkMs = 0;
  const think = async (max = THINK_MS_MAX) => {
    const millis = thinking * random.between(0, max);
    thinkMs += millis;
    await sleep(millis);
  };
  const { definitionId } = definition;
  const data = { definitionId, idempotencyKey: key, correlationId: `of-${key}`, ...webhook };
  const dispatch = () => client.until(random, 'executions/dispatch', data);
  await Promise.all(random.chance(REPEATS) ? [dispatch(), dispatch()] : [dispatch()]);
  const executionId = `exec_${key}`;

  const people = definition.nodes.filter((node) => node.type === 'human').map(({ nodeId }) => nodeId);
  const { steps, status } = await readUntil(
    setting,
    executionId,
    (view) => people.every((nodeId) => view.steps.some((step) => step.nodeId === nodeId)) || isOver(view),
  );
  const waiting = random.shuffled(steps.filter(({ nodeType }) => nodeType === 'human'));
  const isLate = definitionId === 'chaos-quorum';
  const votes: Promise<void>[] = [];
  if (!isOver({ status })) {
    for (const [index, step] of waiting.entries()) {
      await think(isLate && index === 2 ? LATE_MS_MAX : THINK_MS_MAX);
      const vote = decide(setting, executionId, step);
      // Some wait for their answer before the next one votes, some do not.
      if (random.chance(0.5)) await vote;
      // What fails is told below, with the others.
      vote.catch(() => undefined);
      votes.push(vote);
    }
  }
  await Promise.all(votes);
  await readUntil(setting, executionId, isOver);
  const endedAt = now();
  if (random.chance(REPEATS)) await dispatch();
  return { startedAt, endedAt, thinkMs };
}

/** A vote until it is answered; now and then a second time, or against a second opinion of the same person. */
async function decide({ client, random }: FlowSetting, executionId: string, step: SeenStep): Promise<void> {
  const decision = random.chance(REJECTS) ? 'reject' : 'approve';
  const other = decision === 'approve' ? 'reject' : 'approve';
  const vote = async (what: string) => {
    const data = { executionId, stepId: step.stepId, reviewerId: step.nodeId, decision: what };
    await client.until(random, 'steps/recordReviewerDecision', data);
  };
  const votes = [vote(decision)];
  if (random.chance(CONTRADICTS)) votes.push(vote(other));
  if (random.chance(REPEATS)) votes.push(vote(decision));
  await Promise.all(votes);
  if (random.chance(REPEATS)) await vote(decision);
  if (random.chance(REPEATS)) await client.until(random, 'executions/get', { executionId });
}

async function readUntil(
  { client, random, looking }: FlowSetting,
  executionId: string,
  isEnough: (view: SeenExecution) => boolean,
): Promise<SeenExecution> {
  for (let wait = READ_AGAIN_MS.min; ; wait = Math.min(wait * 1.5, READ_AGAIN_MS.max)) {
    const { result } = await client.until(random, 'executions/get', { executionId });
    const view = result as SeenExecution | null;
    if (view !== null && isEnough(view)) return view;
    await sleep(looking * wait);
  }
}
