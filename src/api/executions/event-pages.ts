// The events of a run that has closed: one query tells as many as fit into an answer, and pages are cut from these.
import type { EventsPage } from '../../engine/view';
import type { EventsRequest } from '../../workflows/contract/messages';

/** From the first on, as many as the workflow puts into one answer. */
export const AS_MANY_AS_FIT: EventsRequest = { sinceSeq: 0, pageSize: Number.MAX_SAFE_INTEGER };

/** The page as the workflow would answer it, or null where these end before it does. */
export function pageOf(first: EventsPage, { sinceSeq, pageSize }: EventsRequest): EventsPage | null {
  const left = first.events.filter(({ seq }) => seq > sinceSeq);
  if (left.length < pageSize && first.hasMore) return null;
  return { ...first, events: left.slice(0, pageSize), hasMore: first.hasMore || left.length > pageSize };
}
