// What must hold of decisions: an acknowledged one stands, once, in every read that began after it; a refused one never, and
// none that nobody had sent.
import { type Call, type Entry, entriesOf } from '../journal';
import { responsesOf, type SeenExecution, type SeenResponse } from '../views';

interface Vote {
  readonly stepId: string;
  readonly reviewerId: string;
  readonly executionId: string;
  readonly recorded: readonly Call[];
  /** The answers that were no recording, by their reason. */
  readonly refused: readonly Call[];
}

interface Answer {
  readonly recorded: boolean;
  readonly rejectionReason?: string;
}

const answerOf = ({ result }: Call): Answer => result as Answer;

export function brokenByDecisions(entries: readonly Entry[]): string[] {
  const all = entriesOf(entries, 'call');
  const calls = all.filter(({ http }) => http === 200);
  const reads = new Map<string, Call[]>();
  for (const call of calls) {
    if (call.operation !== 'executions/get') continue;
    const executionId = String(call.data.executionId);
    reads.set(executionId, [...(reads.get(executionId) ?? []), call]);
  }
  const votes = votesOf(calls.filter(({ operation }) => operation === 'steps/recordReviewerDecision'));
  return [
    ...votes.flatMap((vote) => brokenBy(vote, reads.get(vote.executionId) ?? [])),
    ...[...reads.values()].flat().flatMap(twiceIn),
    ...[...reads.values()].flat().flatMap(unsentIn(all)),
  ];
}

function votesOf(calls: readonly Call[]): Vote[] {
  const groups = new Map<string, Call[]>();
  for (const call of calls) {
    const { executionId, stepId, reviewerId } = call.data;
    const place = `${executionId} ${stepId} ${reviewerId}`;
    groups.set(place, [...(groups.get(place) ?? []), call]);
  }
  return [...groups.values()].map((group) => ({
    executionId: String(group[0]?.data.executionId),
    stepId: String(group[0]?.data.stepId),
    reviewerId: String(group[0]?.data.reviewerId),
    recorded: group.filter((call) => answerOf(call).recorded),
    refused: group.filter((call) => !answerOf(call).recorded),
  }));
}

function brokenBy(vote: Vote, reads: readonly Call[]): string[] {
  const name = `the vote of ${vote.reviewerId} on ${vote.executionId} ${vote.stepId}`;
  const [first] = vote.recorded;
  const found: string[] = [];
  if (vote.recorded.length > 1) found.push(`${name} was said to be recorded ${vote.recorded.length} times`);
  const tooLate = vote.refused.find((call) => answerOf(call).rejectionReason === 'already-terminal');
  if (first && tooLate) found.push(`${name} was recorded and refused as too late`);
  for (const read of reads) {
    const seen = responsesIn(read, vote);
    const where = `in a read from API ${read.api} at ${Math.round(read.startedAt)}`;
    if (first && read.startedAt > first.endedAt && seen.length !== 1) {
      found.push(`${name}, acknowledged, is there ${seen.length} times ${where}`);
    }
    if (first && seen.some(({ decision }) => decision !== first.data.decision)) {
      found.push(`${name} is not what was acknowledged ${where}`);
    }
    if (tooLate && seen.length > 0) found.push(`${name}, refused as too late, is there ${where}`);
    const stands = vote.refused.some(
      (call) => answerOf(call).rejectionReason === 'idempotent' && read.startedAt > call.endedAt,
    );
    if (!first && stands && seen.length !== 1)
      found.push(`${name}, said to stand, is there ${seen.length} times ${where}`);
  }
  return found;
}

function responsesIn({ result }: Call, { stepId, reviewerId }: Vote): readonly SeenResponse[] {
  const step = (result as SeenExecution).steps.find((it) => it.stepId === stepId);
  return step ? responsesOf(step).filter((response) => response.reviewerId === reviewerId) : [];
}

/** Nobody's voice is counted twice, acknowledged or not. */
function twiceIn({ result }: Call): string[] {
  const { executionId, steps } = result as SeenExecution;
  return steps
    .filter((step) => new Set(responsesOf(step).map(({ reviewerId }) => reviewerId)).size < responsesOf(step).length)
    .map(({ stepId }) => `someone's vote is there twice: ${executionId} ${stepId}`);
}

/** A vote that a read shows was sent by someone, answered or not, before the read had ended: with that decision, for that step. */
function unsentIn(calls: readonly Call[]): (read: Call) => string[] {
  const sentAt = new Map<string, number>();
  for (const { operation, data, startedAt } of calls) {
    if (operation !== 'steps/recordReviewerDecision') continue;
    const vote = voteOf(data.executionId, data.stepId, data.reviewerId, data.decision);
    sentAt.set(vote, Math.min(startedAt, sentAt.get(vote) ?? startedAt));
  }
  return ({ result, endedAt }) => {
    const { executionId, steps } = result as SeenExecution;
    return steps.flatMap((step) =>
      responsesOf(step)
        .map(({ reviewerId, decision }) => voteOf(executionId, step.stepId, reviewerId, decision))
        .filter((vote) => (sentAt.get(vote) ?? Number.POSITIVE_INFINITY) > endedAt)
        .map((vote) => `a vote that nobody had sent is there: ${vote}`),
    );
  };
}

const voteOf = (...parts: readonly unknown[]): string => parts.join(' ');
