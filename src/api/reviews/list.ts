// reviews/list: a reviewer's inbox, every human step that waits for them (contract 1).
import { z } from 'zod';
import { LIMITS } from '../../definition/limits';
import { identifier } from '../../definition/schema-parts';
import { endpoint } from '../endpoint';
import { instant } from '../executions/view-schema';
import { pageFields } from '../page';
import type { ReviewerInbox } from './inbox';

const inboxEntry = z
  .strictObject({
    executionId: z.string(),
    stepId: z.string(),
    nodeId: z.string(),
    name: z.string().nullable(),
    definitionId: z.string(),
    definitionVersion: z.int().min(1),
    correlationId: z.string(),
    commentBody: z.string().nullable(),
    mandatory: z.boolean().meta({ description: 'Whether the step cannot be approved without this person.' }),
    waitingSince: instant,
    dueAt: instant.nullable(),
  })
  .meta({ id: 'InboxEntry' });

export const listReviews = ({ inbox }: { readonly inbox: ReviewerInbox }) =>
  endpoint({
    path: 'reviews/list',
    summary: 'List what waits for a reviewer',
    description:
      'Every human step that waits for this person, in any execution of the workspace. It may lag a second behind; a page may be shorter than `pageSize`, for `nextCursor` decides.',
    data: z.strictObject({ reviewerId: identifier(LIMITS.userIdLengthMax), ...pageFields }),
    result: z.strictObject({ items: z.array(inboxEntry), nextCursor: z.string().nullable() }),
    errors: ['DEADLINE_EXCEEDED'],
    handle: ({ workspace }, { reviewerId, ...page }) => inbox.list(workspace, reviewerId, page),
  });
