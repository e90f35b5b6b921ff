// reviews/list: a reviewer's inbox, every human step that waits for them (contract 1).
import { z } from 'zod';
import { LIMITS } from '../../definition/limits';
import { identifier } from '../../definition/schema-parts';
import { endpoint } from '../endpoint';
import { EXAMPLE_EXECUTION, EXAMPLE_STEP } from '../examples';
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

const EXAMPLE_INBOX = {
  items: [
    {
      ...EXAMPLE_STEP,
      nodeId: 'human-legal',
      name: null,
      definitionId: EXAMPLE_EXECUTION.definitionId,
      definitionVersion: EXAMPLE_EXECUTION.definitionVersion,
      correlationId: EXAMPLE_EXECUTION.correlationId,
      commentBody: null,
      mandatory: true,
      waitingSince: 1777374511034,
      dueAt: null,
    },
  ],
  nextCursor: null,
};

export const listReviews = ({ inbox }: { readonly inbox: ReviewerInbox }) =>
  endpoint({
    path: 'reviews/list',
    summary: 'List what waits for a reviewer',
    description:
      'Every human step that waits for this person, in any execution of the workspace. It may lag a second behind; a page may be shorter than `pageSize`, for `nextCursor` decides.',
    data: z.strictObject({ reviewerId: identifier(LIMITS.userIdLengthMax), ...pageFields }),
    result: z.strictObject({ items: z.array(inboxEntry), nextCursor: z.string().nullable() }),
    errors: ['DEADLINE_EXCEEDED'],
    examples: [{ summary: 'What waits for one person', data: { reviewerId: 'u_legal_01' }, result: EXAMPLE_INBOX }],
    handle: ({ workspace }, { reviewerId, ...page }) => inbox.list(workspace, reviewerId, page),
  });
