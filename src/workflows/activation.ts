// What an activation brings to a workflow, and what the workflow asks for with its answer, in the SDK's words.
import type { WorkflowInterceptors } from '@temporalio/workflow';

type Internals = NonNullable<WorkflowInterceptors['internals']>[number];
export type Activation = Parameters<NonNullable<Internals['activate']>>[0]['activation'];
export type Jobs = NonNullable<Activation['jobs']>;
export type Command = Parameters<NonNullable<Internals['concludeActivation']>>[0]['commands'][number];

/** A run's start, and its first task as scheduled and begun. */
export const FIRST_TASK_EVENTS = 3;

/** Timers and ordinary activities, by their numbers. */
export interface Asked {
  readonly timers: Set<unknown>;
  readonly activities: Set<unknown>;
}

export const nothing = (): Asked => ({ timers: new Set(), activities: new Set() });

/** What a workflow task has in the history; not that something is cancelled which the workflow has cancelled itself. */
export const isNews = ({
  signalWorkflow,
  fireTimer,
  resolveActivity,
  cancelWorkflow,
  doUpdate,
}: Jobs[number]): boolean =>
  Boolean(signalWorkflow || fireTimer || cancelWorkflow || doUpdate) ||
  Boolean(resolveActivity && !resolveActivity.isLocal && !resolveActivity.result?.cancelled);

export const isEndOfLocal = ({ resolveActivity }: Jobs[number]): boolean => resolveActivity?.isLocal === true;
export const isQuery = ({ queryWorkflow }: Jobs[number]): boolean => Boolean(queryWorkflow);
/** By itself, not with a workflow task: `LEGACY_QUERY_ID` of the SDK's core. */
export const isQueryAlone = ({ queryWorkflow }: Jobs[number]): boolean => queryWorkflow?.queryId === 'legacy_query';
export const isStart = ({ initializeWorkflow }: Jobs[number]): boolean => Boolean(initializeWorkflow);
export const isSignal = ({ signalWorkflow }: Jobs[number]): boolean => Boolean(signalWorkflow);
export const isUpdate = ({ doUpdate }: Jobs[number]): boolean => Boolean(doUpdate);

export const beginsTask = (job: Jobs[number]): boolean => !isQuery(job) && !isEndOfLocal(job);

/** Whether the history will have something of it. Of a timer that is taken back at once nothing is left. */
export function leaveAnEvent(commands: readonly Command[]): boolean {
  const started = new Set(commands.map(({ startTimer }) => startTimer?.seq));
  const takenBack = new Set(commands.map(({ cancelTimer }) => cancelTimer?.seq));
  return commands.some((command) => {
    if (command.startTimer) return !takenBack.has(command.startTimer.seq);
    if (command.cancelTimer) return !started.has(command.cancelTimer.seq);
    const { scheduleLocalActivity, requestCancelLocalActivity, updateResponse, respondToQuery } = command;
    return !(scheduleLocalActivity || requestCancelLocalActivity || updateResponse || respondToQuery);
  });
}

export function noteAsked({ timers, activities }: Asked, commands: readonly Command[]): void {
  for (const { startTimer, scheduleActivity } of commands) {
    if (startTimer) timers.add(startTimer.seq);
    if (scheduleActivity) activities.add(scheduleActivity.seq);
  }
}

/**
 * Whether something is taken back that the task before has asked for. An end of a local activity that is recorded with that task comes
 * within it on replay, before what it asked for is in the history, and then nothing is left of what it takes back.
 */
export const takesBack = ({ timers, activities }: Asked, commands: readonly Command[]): boolean =>
  commands.some(
    ({ cancelTimer, requestCancelActivity }) =>
      (cancelTimer && timers.has(cancelTimer.seq)) ||
      (requestCancelActivity && activities.has(requestCancelActivity.seq)),
  );

export const standsInHistory = (job: Jobs[number]): boolean => !isQuery(job) && !isUpdate(job);
