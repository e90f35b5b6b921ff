// Answers what of an execution waits for one person: by it the API verifies what Visibility found (contract 1, reviews/list).
import { defineQuery, setHandler } from '@temporalio/workflow';
import { type InboxQuestion, type InboxSlice, inboxOf } from '../engine/inbox';
import { QUERY } from './contract/messages';
import type { Shell } from './shell';

const inbox = defineQuery<InboxSlice, [InboxQuestion]>(QUERY.inbox);

export function serveInbox(shell: Shell): void {
  setHandler(inbox, (question) => inboxOf(shell.plan, shell.run(), question), {
    description: 'The human steps that wait for this person.',
  });
}
