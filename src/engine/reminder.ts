// Reminders of human steps: when the next one is due, and what it says (contract 4 section 4).
import type { HumanConfig, HumanNode } from '../definition/definition';
import { jsonBytes } from '../definition/json';
import { LIMITS } from '../definition/limits';
import type { NotificationMessage, SendReminder } from './effect';
import { reminderData } from './event-data';
import { nodeOf } from './node';
import { undecidedReviewers } from './reviewers';
import type { Plan, Step } from './run';
import { asOneLine } from './template';
import { changeStep, emit, stepAt, type Turn } from './turn';

export const isReminded = ({ remindAfterMs, remindEveryMs }: HumanConfig): boolean =>
  remindAfterMs !== undefined || remindEveryMs !== undefined;

/** When a step that starts to wait is first reminded of; null when it never is. */
export function firstReminderAt(turn: Turn, { remindAfterMs, remindEveryMs }: HumanConfig): number | null {
  const after = remindAfterMs ?? remindEveryMs;
  if (after === undefined || !hasRoomForReminders(turn)) return null;
  turn.bytes += REMINDER_BYTES;
  return turn.at + after;
}

/** Tells who is still waited for, and plans the next reminder: what came due meanwhile is not made up for. */
export function remind(turn: Turn, position: number): void {
  const before = stepAt(turn, position);
  const node = nodeOf(turn.plan, before.nodeId);
  if (node.type !== 'human' || before.remindAt === null) throw new Error(`${before.stepId} has no reminder`);
  const reminded = before.reminded + 1;
  const remindAt = hasRoomForReminders(turn) ? nextReminderAt(turn, node.config, { ...before, reminded }) : null;
  const step = changeStep(turn, position, { reminded, remindAt });
  emit(turn, 'step.reminder', step.stepId, reminderData(node, step));
  if (node.config.reminderRecipients !== undefined) turn.effects.push(reminderMail(turn.plan, node, step));
}

/** Whether a mail may be on its way for a step. */
export function isRemindedByMail(plan: Plan, { nodeId, reminded }: Step): boolean {
  if (reminded === 0) return false;
  const node = nodeOf(plan, nodeId);
  return node.type === 'human' && node.config.reminderRecipients !== undefined;
}

/** What the next reminder and their number take when stored. */
const REMINDER_BYTES = 32;

/** Reminders alone must never bring a run to its limit. */
const hasRoomForReminders = (turn: Turn): boolean => turn.bytes < LIMITS.reminderRunBytesMax;

/** The first of the planned instants that is still to come. */
function nextReminderAt({ at }: Turn, config: HumanConfig, { reminded, remindAt }: Step): number | null {
  const { remindEveryMs, maxReminders = LIMITS.remindersDefault } = config;
  if (remindEveryMs === undefined || reminded >= maxReminders || remindAt === null) return null;
  return remindAt + remindEveryMs * (Math.floor((at - remindAt) / remindEveryMs) + 1);
}

function reminderMail(plan: Plan, node: HumanNode, step: Step): SendReminder {
  const message = messageOf(plan, node, step);
  const request = { executionId: plan.facts.executionId, stepId: step.stepId, message };
  return { kind: 'send-reminder', nodeId: node.nodeId, n: step.reminded, request, requestBytes: jsonBytes(request) };
}

/** Plain text: what waits, for whom, since when and until when. */
function messageOf({ definition, facts }: Plan, node: HumanNode, step: Step): NotificationMessage {
  const name = node.name ?? node.nodeId;
  const subject = asOneLine(`Reminder ${step.reminded}: ${name} waits for a decision`);
  const lines = [
    `${name} waits for a decision of:`,
    ...undecidedReviewers(node, step).map((userId) => `- ${userId}`),
    '',
    `Step: ${step.stepId}`,
    `Execution: ${facts.executionId}`,
    `Definition: ${definition.name} (${definition.definitionId})`,
    ...(step.startedAt === null ? [] : [`Waiting since: ${isoInstant(step.startedAt)}`]),
    ...(step.dueAt === null ? [] : [`Due by: ${isoInstant(step.dueAt)}`]),
  ];
  const recipients = node.config.reminderRecipients ?? [];
  return { channel: 'email', recipients, subject, body: `${lines.join('\n')}\n`, format: 'text' };
}

const isoInstant = (at: number): string => new Date(at).toISOString();
