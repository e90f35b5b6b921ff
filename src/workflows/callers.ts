// What callers can ask of an execution: updates and their validators, the signal, the queries.
import { ApplicationFailure, defineQuery, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import { isDeeper } from '../definition/json';
import { LIMITS } from '../definition/limits';
import { refusalOf } from '../engine/advance';
import { type DetailedPage, detailedPage } from '../engine/detailed-view';
import type { CallerReply, CancelReply, NotApplied } from '../engine/reply';
import { OVERRIDE_ACTIONS } from '../engine/run';
import { type EventsPage, eventsPage, type ViewPage, viewPage } from '../engine/view';
import type { ExecutionContext } from './contract/execution';
import {
  type CancelRequest,
  type EventsRequest,
  MALFORMED,
  QUERY,
  REFUSED,
  type ReviewerDecision,
  SIGNAL,
  type StepUpdate,
  type StepUpdateArguments,
  UPDATE,
  type ViewRequest,
} from './contract/messages';
import {
  countIn,
  type Fits,
  inCharacters,
  inCodeUnits,
  parseCancelReason,
  parseDecision,
  STEP_PARSERS,
  withWholeReason,
  withWholeTexts,
} from './incoming';
import { timeOfNews } from './news-in-turn';
import type { Shell } from './shell';

const cancelExecution = defineUpdate<CancelReply, [CancelRequest | undefined]>(UPDATE.cancelExecution);
const reviewerDecision = defineSignal<[ReviewerDecision]>(SIGNAL.reviewerDecision);
const view = defineQuery<ViewPage, [ViewRequest | undefined]>(QUERY.view);
const detailedView = defineQuery<DetailedPage, [ViewRequest | undefined]>(QUERY.detailedView);
const events = defineQuery<EventsPage, [EventsRequest | undefined]>(QUERY.events);
const judge = defineQuery<NotApplied | null, [StepUpdate, StepUpdateArguments[StepUpdate]]>(QUERY.judge);

const DESCRIPTIONS: Readonly<Record<StepUpdate, string>> = {
  recordReviewerDecision: 'Records the decision of one reviewer on a waiting human step.',
  recordAgentResolution: 'Records the resolution of one response of a blocking agent.',
  resolveStep: `Ends a step over its head: ${OVERRIDE_ACTIONS.join(', ')}.`,
  cancelStep: 'Cancels one open step; no edge fires from it.',
  reassignReviewer: "Passes an undecided reviewer's part of a waiting human step to another person.",
  callBackStep: 'Ends an open step of an async webhook as its receiver says.',
};

const EVENTS_PAGE_SIZE = 100;

/** Registers every handler; must be called before the workflow first waits. */
export function serveCallers(
  shell: Shell,
  {
    countsCharacters,
    keepsReasonsWhole,
    keepsTextsWhole,
  }: Pick<ExecutionContext, 'countsCharacters' | 'keepsReasonsWhole' | 'keepsTextsWhole'>,
): void {
  const heardBefore = keepsReasonsWhole ? withWholeReason : (argument: unknown) => argument;
  const hearing: Hearing = {
    fits: countsCharacters ? inCharacters : inCodeUnits,
    heard: keepsTextsWhole ? withWholeTexts : heardBefore,
  };
  for (const name of Object.keys(DESCRIPTIONS) as StepUpdate[]) serveStepUpdate(shell, name, hearing);
  serveSignal(shell, hearing);
  serveCancel(shell, hearing);
  serveQueries(shell);
}

/** By which rules an execution takes what callers send it. */
interface Hearing {
  readonly fits: Fits;
  readonly heard: (argument: unknown) => unknown;
}

function serveStepUpdate(shell: Shell, name: StepUpdate, { fits, heard }: Hearing): void {
  const read = (argument: unknown) => parsed(STEP_PARSERS[name](heard(argument), timeOfNews(), fits));
  const update = defineUpdate<CallerReply, [StepUpdateArguments[typeof name]]>(UPDATE[name]);
  setHandler(update, (argument) => shell.apply(read(argument), 'update') as CallerReply, {
    description: DESCRIPTIONS[name],
    // A refusal here is recorded nowhere: to ask twice costs no history.
    validator: (argument) => {
      assertShallow(argument);
      const refusal = refusalOf(shell.plan, shell.run(), read(argument));
      if (refusal) throw failure(REFUSED, refusal.kind, [refusal]);
    },
  });
}

function serveSignal(shell: Shell, { fits, heard }: Hearing): void {
  setHandler(
    reviewerDecision,
    (decision) => {
      const input = parseDecision(heard(decision), timeOfNews(), fits);
      if (typeof input !== 'string') shell.apply(input, 'recorded');
    },
    { description: 'The update recordReviewerDecision without an answer: what is not recordable changes nothing.' },
  );
}

function serveCancel(shell: Shell, { fits, heard }: Hearing): void {
  const read = (request?: CancelRequest) => parsed(parseCancelReason(heard(request), fits));
  setHandler(
    cancelExecution,
    (request) => shell.apply({ kind: 'cancel-requested', at: timeOfNews(), ...read(request) }, 'update') as CancelReply,
    {
      description: 'Cancels the execution; answers false when it had already ended.',
      validator: (request) => void read(request),
    },
  );
}

function serveQueries(shell: Shell): void {
  setHandler(view, (request) => viewPage(shell.plan, shell.run(), countIn(request, 'from', 0)), {
    description:
      'The execution as executions/get shows it; `next` is the position of the first step that is not shown.',
  });
  setHandler(detailedView, (request) => detailedPage(shell.plan, shell.run(), countIn(request, 'from', 0)), {
    description: 'The same with what each step was given.',
  });
  setHandler(
    events,
    (request) =>
      eventsPage(shell.plan, shell.run(), {
        sinceSeq: countIn(request, 'sinceSeq', 0),
        pageSize: Math.max(1, countIn(request, 'pageSize', EVENTS_PAGE_SIZE)),
      }),
    { description: 'External events after `sinceSeq`, at most `pageSize` of them.' },
  );
  setHandler(
    judge,
    (name, argument) => {
      const parse = STEP_PARSERS[name];
      if (parse === undefined) throw failure(MALFORMED, `expected one of ${Object.keys(STEP_PARSERS).join(', ')}`);
      assertShallow(argument);
      // What a query answers is replayed by nobody, so it measures as the API does in earlier executions too.
      return refusalOf(shell.plan, shell.run(), parsed(parse(argument, Date.now(), inCharacters)));
    },
    { description: 'What an update would be refused with, or null.' },
  );
}

/** An output may be anything, and what is nested thousands deep cannot be written: the workflow task would fail for ever. */
function assertShallow(argument: unknown): void {
  if (isDeeper(argument, LIMITS.jsonDepthMax)) {
    throw failure(MALFORMED, `expected JSON that is nested at most ${LIMITS.jsonDepthMax} deep`);
  }
}

/** A malformed argument is refused with a sentence; only an ApplicationFailure leaves the workflow task whole. */
function parsed<T extends object>(input: T | string): T {
  if (typeof input !== 'string') return input;
  throw failure(MALFORMED, input);
}

const failure = (type: string, message: string, details: unknown[] = []): ApplicationFailure =>
  ApplicationFailure.create({ type, message, details, nonRetryable: true });
