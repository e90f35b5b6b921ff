// Notification steps: the message, made from its templates, and what becomes of it (contract 4 section 3).
import { beginningOf } from '../definition/beginning';
import type { NotificationConfig, NotificationNode } from '../definition/definition';
import { assertNever, type JsonObject, jsonBytes } from '../definition/json';
import { LIMITS } from '../definition/limits';
import type { NotificationMessage, SendNotification } from './effect';
import type { NotificationFailed, NotificationSent } from './input';
import { nodeOf } from './node';
import type { Noted } from './reply';
import type { Plan, Run, Step } from './run';
import { completeStep, failStep, withShortMessage } from './step';
import { inputOf } from './step-input';
import { positionOf } from './step-positions';
import { asHtml, asIs, asOneLine, asSlackJson, asSlackText, type Escape, renderTemplate } from './template';
import { changeStep, stepAt, type Turn } from './turn';

type Seen = Pick<Run, 'steps' | 'loops'>;
type NotificationStep = { readonly node: NotificationNode; readonly step: Step };

/** Asks the shell to send the message; one that would be too long fails the step at once. */
export function beginNotification(turn: Turn, position: number, node: NotificationNode): void {
  const effect = notificationWork(turn.plan, turn, { node, step: stepAt(turn, position) });
  if (effect === null) {
    const message = `The message would be longer than ${LIMITS.messageLengthMax} characters; put less into its templates.`;
    failStep(turn, position, { code: 'notification-too-large', message });
    return;
  }
  turn.effects.push(effect);
}

/** The message of a notification step that is running; null when it would be too long. */
export function notificationWork(plan: Plan, run: Seen, { node, step }: NotificationStep): SendNotification | null {
  const message = messageOf(plan, run, { node, step });
  if (message === null) return null;
  const request = { executionId: plan.facts.executionId, stepId: step.stepId, message };
  return { kind: 'send-notification', nodeId: node.nodeId, request, requestBytes: jsonBytes(request) };
}

export function notificationSent(turn: Turn, { stepId, output }: NotificationSent): Noted {
  const position = runningNotification(turn, stepId);
  if (position === null) return { kind: 'ignored-late' };
  turn.bytes += jsonBytes(output);
  changeStep(turn, position, { output });
  completeStep(turn, position, null);
  return { kind: 'applied' };
}

export function notificationFailed(turn: Turn, { stepId, error }: NotificationFailed): Noted {
  const position = runningNotification(turn, stepId);
  if (position === null) return { kind: 'ignored-late' };
  failStep(turn, position, withShortMessage(error));
  return { kind: 'applied' };
}

function messageOf(plan: Plan, run: Seen, { node, step }: NotificationStep): NotificationMessage | null {
  const { config } = node;
  const roots = rootsOf(plan, run, step);
  const lengthMax = LIMITS.messageLengthMax;
  const body = renderTemplate(config.bodyTemplate, roots, { put: escapeOf(config), lengthMax });
  if (body === null) return null;
  if (config.channel === 'slack') return { channel: 'slack', target: config.slackTarget, body, format: config.format };
  const subject = subjectOf(plan, roots, { template: config.subjectTemplate, name: node.name });
  if (subject === null) return null;
  return { channel: 'email', recipients: config.recipients, subject, body, format: config.format };
}

/** The first that says anything, for what a template puts in may be empty. Null when the template of the node would be too long. */
function subjectOf(
  { definition, facts: { namesMails } }: Plan,
  roots: JsonObject,
  { template, name }: { readonly template: string | undefined; readonly name: string | undefined },
): string | null {
  const [first = '', ...others] = [template, name, definition.name].filter((it) => it !== undefined);
  const subject = renderedSubject(first, roots);
  if (subject === null || subject.trim() !== '' || !namesMails) return subject;
  for (const other of others) {
    const named = renderedSubject(other, roots) ?? '';
    if (named.trim() !== '') return named;
  }
  return definition.definitionId;
}

function renderedSubject(template: string, roots: JsonObject): string | null {
  const rendered = renderTemplate(template, roots, { put: asIs, lengthMax: LIMITS.messageLengthMax });
  // The template itself may have line breaks too.
  return rendered === null ? null : beginningOf(asOneLine(rendered), LIMITS.subjectLengthMax);
}

/** What templates may name. */
function rootsOf(plan: Plan, run: Seen, step: Step): JsonObject {
  const { executionId, correlationId, triggerContext } = plan.facts;
  const { stepId, nodeId, iteration, startedAt } = step;
  return {
    input: inputOf(plan, run, step),
    execution: { executionId, definitionId: plan.definition.definitionId, correlationId, triggerContext },
    step: { stepId, nodeId, iteration, startedAt },
  };
}

function escapeOf({ channel, format }: NotificationConfig): Escape {
  switch (format) {
    case 'text':
      return channel === 'slack' ? asSlackText : asIs;
    case 'html':
      return asHtml;
    case 'slack-blocks':
      return asSlackJson;
    default:
      return assertNever(format);
  }
}

function runningNotification(turn: Turn, stepId: string): number | null {
  const position = positionOf(turn.steps, stepId);
  const step = turn.steps[position];
  return step?.status === 'running' && nodeOf(turn.plan, step.nodeId).type === 'notification' ? position : null;
}
