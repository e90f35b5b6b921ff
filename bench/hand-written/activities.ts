// The same work as the example agents do.
import { Context } from '@temporalio/activity';
import { draftOf, publicationOf } from './copy';

export const draftCopy = (input: Record<string, unknown>): Promise<object> => draftOf(input);

export const publishCopy = (_input: object): Promise<object> =>
  publicationOf(Context.current().info.workflowExecution?.workflowId ?? '');
