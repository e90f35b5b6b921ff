// The Temporal shell of one execution: turns everything that happens into inputs of the engine, and does what the
// engine says. `run` is the only mutable state, and `apply` the only function that assigns it.
import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  makeContinueAsNewFunc,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { PinnedDefinition } from '../definition/definition';
import { indexGraph } from '../definition/graph';
import { type Json, jsonBytes } from '../definition/json';
import { advance, NEW_RUN, RULES } from '../engine/advance';
import { isTerminal } from '../engine/cancel';
import { canWake } from '../engine/deadline';
import type { Effect } from '../engine/effect';
import { isExternal } from '../engine/event';
import { allEvents, eventsAfter, lastEvent } from '../engine/event-log';
import type { Plan, Run } from '../engine/run';
import { packRun, unpackRun } from '../engine/stored';
import { viewPage } from '../engine/view';
import { workInFlight } from '../engine/work';
import { serveCallers } from './callers';
import { type Cancellation, requestClose, watchCancellation } from './cancellation';
import { condition } from './condition';
import { fittedArgs, readArgs, type Sent } from './contract/arguments';
import {
  type CarriedDeliveries,
  type CarriedExecution,
  type Ending,
  type ExecutionArgs,
  type ExecutionContext,
  type ExecutionMemo,
  VIEW_FORMAT,
} from './contract/execution';
import { UNKNOWN_RULES, unknownRules } from './contract/replay-rules';
import { watchDeadlines } from './deadlines';
import { type Outbox, outbox } from './effects';
import { type EventDeliveries, eventDeliveries, serveDeliveries } from './event-deliveries';
import { keepAsText } from './large-input';
import {
  areUpdatesWaiting,
  atRest,
  noteAcceptedUpdate,
  noteTimeOfTask,
  noteWait,
  onceBegun,
  tasksSoFar,
  timeOfNews,
  traceBy,
  workOffNews,
} from './news-in-turn';
import { type OperatorLabels, operatorLabels } from './operator-labels';
import { isLong, isRenewalDue, type QuietMoments, quietMoments } from './renewal';
import { serveInbox } from './serve-inbox';
import type { Shell } from './shell';
import { type StepWork, stepWork } from './step-work';
import { type TaskRoom, TOO_MUCH, taskRoom } from './task-room';

/**
 * Runs one execution to its end; the workflow closes as Completed, Failed or Canceled, as the engine says. An execution
 * that has grown long goes on in a new run of the workflow, of which nothing is seen outside: `carried` is its state.
 */
export async function execution(...sent: Sent<ExecutionArgs>): Promise<Ending> {
  const [definition, context, carried] = readArgs(sent);
  keepAsText(context, atRest);
  const unknown = unknownRules(context);
  if (context.rules > RULES || unknown.length > 0) {
    // The workflow task fails and is tried again, until a worker takes it that knows these rules.
    const by = [context.rules, ...unknown].join(', ');
    throw new Error(`${UNKNOWN_RULES} rules ${RULES}, and the execution was dispatched with rules ${by}`);
  }
  const by = {
    isWhole: context.renewsAlike === true,
    letsLocalsEnd: context.letsLocalsEnd === true,
    takesCallsOnceBegun: context.takesCallsOnceBegun === true,
    renewsByNews: context.renewsByNews === true,
    cancelsLater: context.cancelsLater === true,
    keepsTimes: context.keepsTimes === true,
  };
  if (context.takesLocalsLast) workOffNews('locals-last', by);
  else if (context.takesSignalsLate) workOffNews('signals-late', by);
  else if (context.takesNewsInTurn) workOffNews('in-turn', by);
  else if (context.takesUpdatesLast) workOffNews('updates-last', by);
  const cancellation = watchCancellation();
  return CancellationScope.nonCancellable(async () => {
    try {
      return await interpret(definition, context, { carried, cancellation });
    } finally {
      if (areUpdatesWaiting()) await condition(() => !areUpdatesWaiting() && allHandlersFinished());
    }
  });
}

/** Pieces of work of any kind that were begun and have not ended; a little more than run locally within one task. */
const BESIDE_LOCALS_MAX = 8;

/** What an execution is made of in this run of the workflow. */
interface Parts {
  readonly shell: Shell;
  readonly work: StepWork;
  readonly labels: OperatorLabels;
  readonly deliveries: EventDeliveries;
  readonly effects: Outbox;
  readonly room: TaskRoom;
  readonly renewal: { isPossible: boolean };
}

function assemble(plan: Plan, context: ExecutionContext, carried: CarriedExecution | undefined): Parts {
  let run: Run = carried ? unpackRun(plan, carried.run) : NEW_RUN;
  const shell: Shell = {
    plan,
    run: () => run,
    apply(input, origin) {
      // Time never goes back, also where it is told by machines whose clocks differ.
      const next = advance(plan, run, { ...input, at: Math.max(input.at, lastEvent(run.log)?.at ?? 0) });
      if (next.events.length === 0) return next.reply;
      if (origin === 'update') noteAcceptedUpdate();
      else if (origin !== 'timed') noteTimeOfTask();
      run = next.run;
      deliveries.send(next.events.filter(isExternal));
      effects.add(
        next.effects.map((effect) => ({ effect, origin })),
        origin,
      );
      return next.reply;
    },
  };
  const labels = operatorLabels(plan, carried?.pendingReviewers ?? [], {
    showsAtOnce: carried !== undefined && context.beginsFirst === true,
    encodesApostrophes: context.encodesApostrophes === true,
  });
  traceBy(labels.saidAgain);
  const room = taskRoom(context.keepsTasksSmall === true);
  const work = stepWork(plan, context, room);
  const rules = {
    waitForRelease: context.deliversLast === true,
    numberEach: context.numbersBatches === true,
    isMoreAtHand: context.sendsTogether === true ? work.isLocalAtWork : null,
  };
  const deliveries = eventDeliveries(envelopeOf(plan, context), rules, carried?.deliveries);
  const renewal = { isPossible: true };
  const effects = outbox(shell, work, {
    room,
    mustHold: (updatesHandled) => renewal.isPossible && isLong(updatesHandled),
    taskNow: context.takesLocalsLast ? tasksSoFar : () => workflowInfo().historyLength,
    besideLocalsMax: context.runsFewLocally ? BESIDE_LOCALS_MAX : Number.POSITIVE_INFINITY,
    asksOnce: context.renewsWhole === true,
    afterwards() {
      labels.show(run);
      deliveries.release();
    },
  });
  return { shell, work, labels, deliveries, effects, room, renewal };
}

/** The execution's first input, or what the run before this one left to do. */
function begin(
  { shell, deliveries, effects }: Parts,
  context: ExecutionContext,
  carried: CarriedExecution | undefined,
): void {
  if (!carried) {
    shell.apply({ kind: 'dispatched', at: workflowInfo().startTime.getTime(), nonce: nonceOf(context) }, 'timed');
    return;
  }
  deliveries.send([...eventsAfter(shell.run().log, carried.deliveries.lastSeq)].filter(isExternal));
  const { reminders = [] } = carried;
  addTimed(effects, [...workInFlight(shell.plan, shell.run()), ...reminders]);
}

const addTimed = (effects: Outbox, due: readonly Effect[]): void =>
  effects.add(
    due.map((effect) => ({ effect, origin: 'timed' })),
    'timed',
  );

async function interpret(
  definition: PinnedDefinition,
  context: ExecutionContext,
  { carried, cancellation }: { readonly carried: CarriedExecution | undefined; readonly cancellation: Cancellation },
): Promise<Ending> {
  const plan: Plan = { graph: indexGraph(definition), definition, facts: context };
  const parts = assemble(plan, context, carried);
  const { shell, work, deliveries, effects, room, renewal } = parts;
  const { run } = shell;

  if (context.beginsFirst) begin(parts, context, carried);
  // What came with the run's first task is handed over here.
  onceBegun(() => serveCallers(shell, context));
  serveDeliveries(deliveries, () => allEvents(run().log));
  serveInbox(shell);
  if (canWake(definition.nodes)) {
    const rules = { alwaysByTimer: context.wakesByTimer === true, takesBackLater: context.takesBackLater === true };
    void watchDeadlines(shell, rules);
  }
  const cancel = () => shell.apply({ kind: 'cancel-requested', at: timeOfNews(), reason: null }, 'recorded');
  onceBegun(() => void cancellation.requested.then(cancel));
  if (!context.beginsFirst) begin(parts, context, carried);

  const quiet = quietMoments(effects, context);
  while ((await performed(parts, quiet, context)) === 'renewal-due') {
    effects.hold();
    noteWait();
    if (context.marksWaits) markWait();
    const carriedDeliveries = await deliveries.pause();
    await quiet.comes();
    // Definition, context and state together fill an answer to Temporal nearly alone.
    if (context.keepsTasksSmall && room.isUsed()) {
      await sleep(1, TOO_MUCH);
      await quiet.comes();
    }
    const args = fittedArgs([definition, context, carriedBy(parts, context, carriedDeliveries)]);
    if (args !== null) return goOnAsNew(run())(...args);
    // Temporal would not take what the next run needs: this one goes on as long as Temporal lets it.
    renewal.isPossible = false;
    deliveries.goOn();
    effects.goOn();
    addTimed(effects, workInFlight(plan, run()));
  }
  await deliveries.settled();
  // The SDK's core does not complete the task of a workflow that closes before what runs within it.
  if (context.letsLocalsEnd) await condition(() => !work.isLocalAtWork());
  return close(plan, run(), { cancellation, asksAgain: context.asksToCloseAgain === true });
}

/** Performs what the engine asks for until the execution has ended, or is to go on in a new run. */
async function performed(
  { shell: { run }, effects, renewal: { isPossible } }: Parts,
  quiet: QuietMoments,
  context: ExecutionContext,
): Promise<'ended' | 'renewal-due'> {
  const renewsAlike = context.renewsAlike === true;
  for (;;) {
    await effects.performUntil(() =>
      isTerminal(run()) ? allHandlersFinished() : isPossible && isRenewalDue(renewsAlike) && quiet.isNow(),
    );
    if (quiet.isMoreToBegin()) continue;
    if (isTerminal(run())) return 'ended';
    if (!renewsAlike || (await quiet.isStill())) return 'renewal-due';
  }
}

/** Nobody waits for it. */
const WAIT_MARK_MS = 24 * 3_600_000;

/**
 * A timer that says in the history that the execution waits for its new run: a workflow task that leaves nothing is replayed together
 * with the next one, whose news would come before the wait then. It is not taken back, and ends with the run
 * (docs/decisions/0129-news-ahead-of-its-task.md).
 */
function markWait(): void {
  sleep(WAIT_MARK_MS, { summary: 'goes on in a new run when its webhooks are through' }).catch(() => undefined);
}

/** What the next run of the workflow goes on from. */
function carriedBy(
  { shell, labels, effects }: Parts,
  { renewsWhole }: ExecutionContext,
  deliveries: CarriedDeliveries,
): CarriedExecution {
  return {
    run: packRun(shell.plan, shell.run()),
    deliveries,
    pendingReviewers: labels.pendingReviewers(),
    ...(renewsWhole ? { reminders: effects.unsentReminders() } : {}),
  };
}

/** Lists tell from the memo when the execution started: Temporal's own start time is that of the run (contract 1). */
function goOnAsNew({ startedAt }: Run) {
  const memo: Partial<ExecutionMemo> = { ...workflowInfo().memo, startedAt };
  return makeContinueAsNewFunc<(...sent: unknown[]) => Promise<Ending>>({ memo });
}

/** Ends the workflow with the close status that agrees with the engine's (contract 2 section 1). */
async function close(
  plan: Plan,
  run: Run,
  { cancellation, asksAgain }: { readonly cancellation: Cancellation; readonly asksAgain: boolean },
): Promise<Ending> {
  if (run.status === 'failed') {
    const { code, message } = run.failureReason ?? { code: 'unknown', message: 'The execution failed.' };
    throw ApplicationFailure.nonRetryable(message, code, endingOf(plan, run));
  }
  if (run.status === 'cancelled') {
    await requestClose(cancellation, asksAgain);
    throw await cancellation.requested;
  }
  return endingOf(plan, run);
}

/** The result stands in the history of every execution, so it is kept small. */
const ENDING_VIEW_BYTES_MAX = 64 * 1024;

function endingOf(plan: Plan, run: Run): Ending {
  const { status } = run;
  const { next, seq: _, ...view } = viewPage(plan, run, 0);
  const isShort = next === null && jsonBytes(view as unknown as Json) <= ENDING_VIEW_BYTES_MAX;
  return isShort ? { status, format: VIEW_FORMAT, view } : { status };
}

function envelopeOf(plan: Plan, { receiver, workspace, executionId, correlationId }: ExecutionContext) {
  if (receiver === null) return null;
  return { receiver, workspace, executionId, correlationId, definitionId: plan.definition.definitionId };
}

const NONCE_CHARACTERS = 8;

/**
 * Base-36 characters for the ids of an execution's first steps. After a reset they are the same as before, so that what is asked for anew has the
 * key that it had, and later decisions find their steps; not so in earlier executions (docs/decisions/0146-steps-after-a-reset.md).
 */
function nonceOf({ namesStepsByRun }: ExecutionContext): string {
  if (!namesStepsByRun)
    return Math.random().toString(36).slice(2).padEnd(NONCE_CHARACTERS, '0').slice(0, NONCE_CHARACTERS);
  // What a run's id begins with may be the time.
  const digits = BigInt(`0x${workflowInfo().firstExecutionRunId.replaceAll('-', '')}`).toString(36);
  return digits.slice(-NONCE_CHARACTERS);
}
