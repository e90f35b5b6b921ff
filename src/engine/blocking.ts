// Blocking agents: after the agent ran, its step waits until its responses are resolved (contract 2 section 2).
import { type Json, type JsonObject, jsonBytes } from '../definition/json';
import { LIMITS } from '../definition/limits';
import { awaitingData, resumeKeyOf } from './event-data';
import type { AgentResolved } from './input';
import { isBlocking, nodeOf } from './node';
import { notRecorded, refused, stepNotFound } from './refusal';
import type { NotApplied, ResponseRecorded } from './reply';
import type { AgentResolution, Plan, Run, Step } from './run';
import { completeStep } from './step';
import { findStep, positionOf } from './step-positions';
import { aggregatorStatusOf, responseIdsOf } from './tally';
import { changeStep, emit, isOpen, stepAt, type Turn } from './turn';

/** When the agent returned no responses, there is one to resolve. */
const GENERATED_RESPONSE: JsonObject = { responseId: 'resp_1' };

/** The responses in an agent's result as they are kept, or a sentence that says what is wrong with them. */
export function responsesIn({ responses }: JsonObject): readonly JsonObject[] | string {
  if (responses === undefined || responses === null) return [GENERATED_RESPONSE];
  if (!Array.isArray(responses)) return 'its "responses" are no list';
  if (responses.length === 0) return [GENERATED_RESPONSE];
  if (responses.length > LIMITS.agentResponsesMax) return `it has more than ${LIMITS.agentResponsesMax} responses`;
  const ids = responses.map(responseIdIn);
  if (ids.includes(null)) {
    return `each of its responses needs a "responseId" of 1 to ${LIMITS.userIdLengthMax} characters`;
  }
  if (new Set(ids).size < ids.length) return 'two of its responses have the same "responseId"';
  return responses as readonly JsonObject[];
}

function responseIdIn(response: Json): string | null {
  if (response === null || typeof response !== 'object' || !Object.hasOwn(response, 'responseId')) return null;
  const { responseId } = response as JsonObject;
  if (typeof responseId !== 'string' || responseId === '') return null;
  return responseId.length <= LIMITS.userIdLengthMax ? responseId : null;
}

/** Lets a step wait whose agent has run; it may be decided already, when `minCount` is out of reach. */
export function beginWaiting(turn: Turn, position: number): void {
  const step = changeStep(turn, position, { status: 'waiting' });
  emit(turn, 'step.awaiting-approval', step.stepId, awaitingData(turn.plan, step));
  endWhenDecided(turn, position);
}

/** Why a resolution cannot be recorded, or null when it can; in the order of contract 1 (steps/recordAgentResolution). */
export function judgeResolution(
  plan: Plan,
  run: Pick<Run, 'steps'>,
  { stepId, responseId }: Pick<AgentResolved, 'stepId' | 'responseId'>,
): NotApplied | null {
  const step = findStep(run.steps, stepId);
  if (!step) return stepNotFound(stepId);
  const node = nodeOf(plan, step.nodeId);
  if (!isBlocking(node)) {
    const message = `Step "${stepId}" is not that of a blocking agent; only those take resolutions.`;
    return refused('step-not-blocking-agent', message);
  }
  if (step.status === 'pending' || step.status === 'running') {
    return refused('step-not-waiting-yet', `Step "${stepId}" does not wait yet: its agent still works; try again.`);
  }
  if (!responseIdsOf(step).includes(responseId)) return notRecorded(plan, step, 'unknown-response');
  if (step.resolutions.some((known) => known.responseId === responseId)) return notRecorded(plan, step, 'idempotent');
  return isOpen(step.status) ? null : notRecorded(plan, step, 'already-terminal');
}

/** Records a resolution that `judgeResolution` had nothing against, and ends the step when it is the deciding one. */
export function recordResolution(turn: Turn, input: AgentResolved): ResponseRecorded {
  const { stepId, responseId, resolution, actorId, reason } = input;
  const position = positionOf(turn.steps, stepId);
  const recorded: AgentResolution = { responseId, resolution, actorId, reason, at: turn.at };
  changeStep(turn, position, { resolutions: [...stepAt(turn, position).resolutions, recorded] });
  turn.bytes += jsonBytes({ ...recorded });
  emit(turn, 'step.response-recorded', stepId, { responseId, resolution, actorId, reason });
  const aggregatorStatus = endWhenDecided(turn, position);
  return { kind: 'response-recorded', aggregatorStatus, resumeScheduled: aggregatorStatus !== 'pending' };
}

function endWhenDecided(turn: Turn, position: number) {
  const step: Step = stepAt(turn, position);
  const aggregatorStatus = aggregatorStatusOf(turn.plan, step) ?? 'pending';
  if (aggregatorStatus !== 'pending') {
    emit(turn, 'step.resumed', step.stepId, { resumeKey: resumeKeyOf(turn.plan, step) });
    completeStep(turn, position, aggregatorStatus === 'resolved' ? 'approve' : 'reject');
  }
  return aggregatorStatus;
}
