// What waits for one person, in any execution of the workspace: found by Visibility in one query a page, and verified by
// the executions' own state.
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { InboxEntry, InboxQuestion, InboxSlice } from '../../engine/inbox';
import { isSilentAlone } from '../../temporal/grpc';
import { listRuns, type PageOf, type RunPage, tokenAfter, visibilityQuery } from '../../temporal/visibility';
import { QUERY } from '../../workflows/contract/messages';
import { EVERY_REVIEWER, searchableReviewer, WORKFLOW } from '../../workflows/contract/names';
import { answered } from '../executions/silence';
import { type Cursors, type PageRequest, textOf, tokenOf } from '../page';

export interface InboxPage {
  readonly items: readonly InboxEntry[];
  readonly nextCursor: string | null;
}

export interface ReviewerInbox {
  list(workspace: string, reviewerId: string, page: PageRequest): Promise<InboxPage>;
}

export interface InboxParts {
  readonly client: Client;
  readonly taskQueue: string;
  readonly cursors: Cursors;
}

const ASKED_AT_ONCE = 16;
/** Executions are asked for this long; the next page goes on with those that are left. */
const ASKING_MS_MAX = 2_000;

/** A place between two executions, or inside one that has more steps than the page had room for. */
interface Place {
  /** Temporal's page token; empty before the first page. */
  readonly token: string;
  readonly inside?: Inside | undefined;
}

const hasNone = (error: unknown): boolean => isSilentAlone(error) || error instanceof WorkflowNotFoundError;

/** An execution of which the steps up to a position have been given. */
interface Inside {
  readonly workflowId: string;
  readonly after: number;
}

export function createReviewerInbox({ client, taskQueue, cursors }: InboxParts): ReviewerInbox {
  /**
   * Nothing, for an execution that has ended or was paused since it was listed, of which workers have lost the last tasks, or
   * which none that runs can take up: nobody can decide on it just now, and it must not keep all other reviews from its
   * reviewers (docs/decisions/0091).
   */
  async function ask(workflowId: string, question: InboxQuestion): Promise<InboxSlice> {
    try {
      return await client.workflow.getHandle(workflowId).query<InboxSlice, [InboxQuestion]>(QUERY.inbox, question);
    } catch (error) {
      if (hasNone(error)) return { found: [], hasMore: false };
      throw error;
    }
  }

  return {
    list: (workspace, reviewerId, request) =>
      answered({ client, taskQueue, askedAt: Date.now() }, async () => {
        const of = { workspace, list: 'reviews/list', filter: [reviewerId] };
        const place = parsePlace(cursors.read(of, request.cursor));
        const query = visibilityQuery({
          WorkflowType: WORKFLOW.execution,
          Workspace: workspace,
          ExecutionStatus: ['Running'],
          PendingReviewers: [searchableReviewer(reviewerId), EVERY_REVIEWER],
        });
        const page: PageOf = { query, size: request.pageSize, after: tokenOf(place.token) };
        const listed = await listRuns(client, page);
        const gathered = await gather(listed, { ask, reviewerId, pageSize: request.pageSize, place });
        const next = await placeAfter(page, listed, gathered);
        return { items: gathered.items, nextCursor: next && cursors.make(of, JSON.stringify(next)) };
      }),
  };

  async function placeAfter(page: PageOf, listed: RunPage, { whole, inside }: Gathered): Promise<Place | null> {
    if (inside && whole === 0) return { token: textOf(page.after), inside };
    const next = await tokenAfter(client, page, listed, whole);
    return next === null ? null : { token: textOf(next), inside };
  }
}

interface Gathered {
  readonly items: readonly InboxEntry[];
  /** How many of the page's executions were given whole. */
  readonly whole: number;
  /** The execution after those, when it was given in part. */
  readonly inside?: Inside | undefined;
}

interface Asking {
  readonly ask: (workflowId: string, question: InboxQuestion) => Promise<InboxSlice>;
  readonly reviewerId: string;
  readonly pageSize: number;
  readonly place: Place;
}

/** Asks the listed executions in their order, until the page is full or the time is up. */
async function gather({ runs }: RunPage, { ask, reviewerId, pageSize, place }: Asking): Promise<Gathered> {
  const items: InboxEntry[] = [];
  const until = performance.now() + ASKING_MS_MAX;
  let whole = 0;
  while (whole < runs.length && items.length < pageSize && (whole === 0 || performance.now() < until)) {
    const chunk = runs.slice(whole, whole + ASKED_AT_ONCE);
    const slices = await Promise.all(
      chunk.map(async ({ workflowId }) => {
        const after = place.inside?.workflowId === workflowId ? place.inside.after : -1;
        return { workflowId, ...(await ask(workflowId, { reviewerId, after })) };
      }),
    );
    for (const { workflowId, found, hasMore } of slices) {
      const given = found.slice(0, pageSize - items.length);
      const last = given.at(-1);
      if (found.length > 0 && !last) return { items, whole };
      items.push(...given.map(({ entry }) => entry));
      if (last && (hasMore || given.length < found.length)) {
        return { items, whole, inside: { workflowId, after: last.position } };
      }
      whole += 1;
    }
  }
  return { items, whole };
}

const parsePlace = (place: string | null): Place => (place === null ? { token: '' } : (JSON.parse(place) as Place));
