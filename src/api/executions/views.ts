// Executions as their workflows show them: views and events, made up from Temporal's records where no worker answers.
import {
  type Client,
  QueryRejectedError,
  WorkflowClient,
  type WorkflowExecutionStatusName,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { PinnedDefinition } from '../../definition/definition';
import type { DetailedView } from '../../engine/detailed-view';
import type { EventsPage, ExecutionView } from '../../engine/view';
import { readInput } from '../../temporal/first-event';
import { isPaused } from '../../temporal/grpc';
import { readArgs, type Sent } from '../../workflows/contract/arguments';
import type { ExecutionArgs, ExecutionContext } from '../../workflows/contract/execution';
import { type EventsRequest, QUERY } from '../../workflows/contract/messages';
import { withTemporal } from '../temporal-errors';
import { closedRuns } from './closed-runs';
import { readFinalView } from './ending';
import { AS_MANY_AS_FIT, pageOf } from './event-pages';
import type { FirstTasks } from './first-task';
import { type Place, placeOf } from './place';
import { type ExecutionRecord, notFound, presentClosed, presentPending } from './presentation';
import { findSilentRecord, handleOf, mustExist } from './records';
import { explained, isNotReady } from './silence';
import { DETAILED, type Kind, PLAIN } from './view-pages';

export interface ExecutionViews {
  view(workspace: string, executionId: string): Promise<ExecutionView>;
  /** All that the dialects show. */
  inspect(workspace: string, executionId: string): Promise<Inspection>;
  /** The same of one whose workflow cannot be asked, as a list shows it: all but its steps. */
  outline(workspace: string, listed: ExecutionView): Promise<Inspection>;
  events(workspace: string, executionId: string, request: EventsRequest): Promise<EventsPage>;
}

export interface Inspection {
  readonly view: DetailedView;
  readonly definition: PinnedDefinition;
  readonly context: ExecutionContext;
  /** Epoch milliseconds. */
  readonly dispatchedAt: number;
}

/** How a workflow closes by itself: with a last task that has worked off all that ever came. Others may have been told more. */
const CLOSED_BY_ITSELF: ReadonlySet<WorkflowExecutionStatusName> = new Set(['COMPLETED', 'FAILED', 'CANCELLED']);

export function executionViews(client: Client, taskQueue: string, fresh: Pick<FirstTasks, 'begun'>): ExecutionViews {
  // An open run answers in one call. Of one that has ended, what it closed with is enough for a plain view.
  const ofOpen = rejectingClosed(client);
  const closed = closedRuns(client);

  async function view<V extends ExecutionView>(workspace: string, executionId: string, kind: Kind<V>): Promise<V> {
    const ofPending = (record: ExecutionRecord) => presentClosed(kind.withoutSteps(presentPending(record)), record);
    return unlessNotReady(workspace, executionId, ofPending, async () => {
      for (;;) {
        const place = await placeOf(client, workspace, executionId);
        if (!(await fresh.begun(place))) {
          const record = await mustExist(client, place, executionId);
          if (record.firstTask !== 'done') return ofPending(record);
        }
        const seen = await readView(place, executionId, kind);
        // Null: it went on in a new run since it was found.
        if (seen) return seen;
      }
    });
  }

  /** Asks a worker. When none answers: of an execution that none has taken up, `ofPending`; else throws, and says why. */
  async function unlessNotReady<T>(
    workspace: string,
    executionId: string,
    ofPending: (record: ExecutionRecord) => T,
    ask: () => Promise<T>,
  ): Promise<T> {
    const askedAt = Date.now();
    try {
      return await withTemporal(client, ask);
    } catch (error) {
      if (!isNotReady(error)) throw error;
      const record = await findSilentRecord(client, workspace, executionId);
      if (record.firstTask !== 'done') return ofPending(record);
      throw await explained({ client, taskQueue, askedAt }, error);
    }
  }

  /** A view as `pages` has it: made up for a run that has no worker's answer, and as it was ended in Temporal. */
  async function readView<V extends ExecutionView>(place: Place, executionId: string, kind: Kind<V>) {
    const { withoutSteps } = kind;
    const answer = await answerOf(place, executionId, kind);
    if (answer) return answer;
    const record = await mustExist(client, place, executionId);
    if (record.status === 'CONTINUED_AS_NEW') return null;
    if (record.firstTask !== 'done') return presentClosed(withoutSteps(presentPending(record)), record);
    return presentClosed(await replayed(place, record, { name: kind.name, ask: kind.pages }), record);
  }

  /** What a worker says of a run that is not open, under this name. */
  function replayed<T extends object>(
    place: Place,
    { status, runId }: ExecutionRecord,
    { name, ask }: { readonly name: string; readonly ask: (handle: WorkflowHandle) => Promise<T> },
  ): Promise<T> {
    if (!CLOSED_BY_ITSELF.has(status)) return ask(handleOf(client, place));
    // A run that an operator has reset is followed by one with another id.
    return closed.of(`${name} ${runId}`, () => ask(handleOf(client, { ...place, runId })));
  }

  /** Null when it has ended, and did not close with as much as this kind shows. */
  async function answerOf<V extends ExecutionView>(place: Place, executionId: string, { pages, ofFinal }: Kind<V>) {
    const answer = await ofOpenRun(place, executionId, pages);
    if (answer) return answer;
    const final = ofFinal ? await readFinalView(client, place) : null;
    return ofFinal && final ? ofFinal(final) : null;
  }

  /** Null when the run is not open. Throws NOT_FOUND. */
  async function ofOpenRun<T>(
    { workflowId, runId }: Place,
    executionId: string,
    ask: (handle: WorkflowHandle) => Promise<T>,
  ) {
    try {
      return await ask(ofOpen.getHandle(workflowId, runId));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw notFound(executionId);
      if (!(error instanceof QueryRejectedError) || isPaused(error)) throw error;
      return null;
    }
  }

  async function readEvents(place: Place, executionId: string, request: EventsRequest): Promise<EventsPage> {
    const ask = (asked: EventsRequest) => (handle: WorkflowHandle) =>
      handle.query<EventsPage, [EventsRequest]>(QUERY.events, asked);
    const answer = await ofOpenRun(place, executionId, ask(request));
    if (answer) return answer;
    const record = await mustExist(client, place, executionId);
    const first = await replayed(place, record, { name: 'events', ask: ask(AS_MANY_AS_FIT) });
    return pageOf(first, request) ?? ask(request)(handleOf(client, place));
  }

  /** Throws NOT_FOUND. */
  async function saidAtDispatch(workspace: string, executionId: string) {
    const [asked, record] = await withTemporal(client, async () => {
      const place = await placeOf(client, workspace, executionId);
      return Promise.all([readInput(client, place), mustExist(client, place, executionId)]);
    });
    if (!asked) throw notFound(executionId);
    const [definition, context] = readArgs(asked as Sent<ExecutionArgs>);
    return { definition, context, record };
  }

  return {
    view: (workspace, executionId) => view(workspace, executionId, PLAIN),

    async inspect(workspace, executionId) {
      const said = saidAtDispatch(workspace, executionId);
      const [seen, { definition, context, record }] = await Promise.all([view(workspace, executionId, DETAILED), said]);
      return { view: seen, definition, context, dispatchedAt: record.memo.dispatchedAt ?? seen.startedAt };
    },

    async outline(workspace, listed) {
      const { definition, context, record } = await saidAtDispatch(workspace, listed.executionId);
      const view = DETAILED.withoutSteps(listed);
      return { view, definition, context, dispatchedAt: record.memo.dispatchedAt ?? view.startedAt };
    },

    events(workspace, executionId, request) {
      const ofPending = ({ memo }: ExecutionRecord) => ({
        events: [],
        correlationId: memo.correlationId,
        hasMore: false,
      });
      return unlessNotReady(workspace, executionId, ofPending, async () =>
        readEvents(await placeOf(client, workspace, executionId), executionId, request),
      );
    },
  };
}

/** A client whose queries reach no worker when the run is not open: `QueryRejectedError`. */
function rejectingClosed({ connection, options, workflow }: Client) {
  const { namespace, loadedDataConverter } = options;
  const dataConverter = { payloadCodecs: loadedDataConverter.payloadCodecs };
  const { interceptors } = workflow.options;
  return new WorkflowClient({
    connection,
    namespace,
    dataConverter,
    queryRejectCondition: 'NOT_OPEN',
    interceptors,
  });
}
