// By which rules an execution replays, whatever release looks after it.
import type { ExecutionFacts } from '../../engine/run';

/**
 * In what executions differ by the release that dispatched them; an earlier one replays as it was. Whatever a context says to
 * be `true` is such a rule, and a worker leaves an execution alone that has one which it does not know.
 */
export interface ReplayRules {
  /**
   * Events go out after all else that a workflow task asks for. Absent from executions that were dispatched before this was
   * so: they replay in the order of their time (docs/decisions/0092-deliveries-come-last.md).
   */
  readonly deliversLast?: true;
  /** Each batch of deliveries takes the number of a timer; absent from earlier executions (decision 0100). */
  readonly numbersBatches?: true;
  /** Updates are worked off after all else that a workflow task brings; absent from earlier executions (decision 0101). */
  readonly takesUpdatesLast?: true;
  /** What a workflow task brings is worked off one after the other; absent from earlier executions (decision 0105). */
  readonly takesNewsInTurn?: true;
  /** No agent begins locally where much is at work; absent from earlier executions (decision 0124). */
  readonly runsFewLocally?: true;
  /** No workflow task asks for more than fits into its answer; absent from earlier executions (decision 0106). */
  readonly keepsTasksSmall?: true;
  /** Each deadline is waited for by a timer, also one that has passed; absent from earlier executions (decision 0110). */
  readonly wakesByTimer?: true;
  /** A deadline's timer is taken back in a later task than it was started in; absent from earlier executions (decision 0129). */
  readonly takesBackLater?: true;
  /** Signals are worked off after what else a task brings, updates aside; absent from earlier executions (decision 0110). */
  readonly takesSignalsLate?: true;
  /** Ends of local activities are worked off after all else that a task brings; absent from earlier executions (decision 0122). */
  readonly takesLocalsLast?: true;
  /**
   * What comes while it waits to continue as new is neither lost nor done twice; absent from earlier executions
   * (decision 0113).
   */
  readonly renewsWhole?: true;
  /**
   * A run begins its work before it takes what came with its first task, and asks for something in that task when it continues
   * another one; absent from earlier executions (decision 0116).
   */
  readonly beginsFirst?: true;
  /**
   * Before it waits for a new run, all that was brought has its consequences: refused updates, of which a replay knows nothing, do
   * not change when that is. Absent from earlier executions (decision 0117).
   */
  readonly renewsAlike?: true;
  /**
   * A new run is due when it is suggested with news, not with the end of an agent that ran within a workflow task: that may be recorded
   * with the task before. And it begins when all that came has had its consequences, and what these ask for has begun, as does the close of an
   * execution. Absent from earlier executions (decision 0117).
   */
  readonly renewsByNews?: true;
  /** That it waits for its new run stands in the history; absent from earlier executions (decision 0129). */
  readonly marksWaits?: true;
  /** What callers send is measured in characters, not in UTF-16 code units; absent from earlier executions (decision 0115). */
  readonly countsCharacters?: true;
  /** Half a character in a reason is U+FFFD; absent from earlier executions (decision 0115). */
  readonly keepsReasonsWhole?: true;
  /** The same in all other texts and outputs that callers send; absent from earlier executions (decision 0115). */
  readonly keepsTextsWhole?: true;
  /** Apostrophes at the ends of a reviewer's id are code points in PendingReviewers; absent from earlier executions (decision 0023). */
  readonly encodesApostrophes?: true;
  /** That its worker is shut down is no failure of what it worked on; absent from earlier executions (decision 0003). */
  readonly outlivesShutdowns?: true;
  /** That an operator resets the last attempt of an activity is no failure; absent from earlier executions (decision 0121). */
  readonly outlivesResets?: true;
  /**
   * What an operator completes a step's activity with, in Temporal, is looked at before it is worked off; what another worker returns has no
   * half characters, and what it fails with tells no time. Absent from earlier executions, whose workflow task may fail for ever by some of it
   * (decision 0110).
   */
  readonly checksReports?: true;
  /**
   * What one workflow task asks of other workers is counted as it is sent, with what a call holds twice; absent from earlier executions
   * (decision 0106).
   */
  readonly countsWholeCalls?: true;
  /**
   * What is cancelled asks again for its close as Canceled where an operator has ended the asking; absent from earlier executions
   * (decision 0137).
   */
  readonly asksToCloseAgain?: true;
  /**
   * Events wait for the quick agents that run within their workflow task, to go in one batch with theirs; absent from earlier
   * executions (decision 0127).
   */
  readonly sendsTogether?: true;
  /**
   * An agent that runs within a workflow task is not told to stop, and the execution closes when it has ended; absent from earlier
   * executions (decision 0141).
   */
  readonly letsLocalsEnd?: true;
  /**
   * What came with a run's first task is taken when the run has begun, where a task before may have been lost; absent from earlier executions
   * (decision 0145).
   */
  readonly takesCallsOnceBegun?: true;
  /** The steps of an execution that was reset have the ids that they had; absent from earlier executions (decision 0146). */
  readonly namesStepsByRun?: true;
  /**
   * What ends with a quick agent is not told to stop in the task that asked for both; absent from earlier executions
   * (decision 0129).
   */
  readonly cancelsLater?: true;
  /**
   * What comes while an agent runs within the workflow task has the time that its sender or its worker said, and ours say it. A task in which
   * something happened at its own time leaves an event. Absent from earlier executions (decision 0147).
   */
  readonly keepsTimes?: true;
  /** An agent that is cancelled within a workflow task, and not by the workflow, goes on elsewhere; absent from earlier executions (decision 0003). */
  readonly retakesLocals?: true;
}

/** What an execution that is dispatched now says. */
export const REPLAY_RULES: Required<
  ReplayRules &
    Pick<
      ExecutionFacts,
      | 'shortensReasons'
      | 'keepsOwnWords'
      | 'saysWhatEdgesAsk'
      | 'refusesFatalCancels'
      | 'namesMails'
      | 'boundsConditions'
      | 'judgesLast'
    >
> = {
  deliversLast: true,
  numbersBatches: true,
  takesUpdatesLast: true,
  takesNewsInTurn: true,
  keepsTasksSmall: true,
  wakesByTimer: true,
  takesBackLater: true,
  takesSignalsLate: true,
  takesLocalsLast: true,
  runsFewLocally: true,
  outlivesShutdowns: true,
  outlivesResets: true,
  checksReports: true,
  countsWholeCalls: true,
  asksToCloseAgain: true,
  sendsTogether: true,
  letsLocalsEnd: true,
  takesCallsOnceBegun: true,
  namesStepsByRun: true,
  retakesLocals: true,
  cancelsLater: true,
  keepsTimes: true,
  renewsWhole: true,
  beginsFirst: true,
  renewsAlike: true,
  renewsByNews: true,
  marksWaits: true,
  shortensReasons: true,
  keepsOwnWords: true,
  saysWhatEdgesAsk: true,
  refusesFatalCancels: true,
  namesMails: true,
  boundsConditions: true,
  judgesLast: true,
  countsCharacters: true,
  keepsReasonsWhole: true,
  keepsTextsWhole: true,
  encodesApostrophes: true,
};

/**
 * So begins the error with which a worker leaves a workflow alone whose rules it does not know, an execution or its deliveries;
 * earlier releases say it alike. A query is answered with it, too.
 */
export const UNKNOWN_RULES = 'this worker knows';

/** The rules by which a later release dispatched it. */
export const unknownRules = (context: ReplayRules): readonly string[] =>
  Object.entries(context).flatMap(([name, value]) =>
    value === true && !Object.hasOwn(REPLAY_RULES, name) ? [name] : [],
  );
