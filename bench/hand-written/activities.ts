// The same work as the example agents do.
import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';

export async function draftCopy(input: Record<string, unknown>): Promise<object> {
  const campaign = String(input.campaign ?? 'the campaign');
  const headline = `${campaign}: say it once, say it well`;
  return {
    headline,
    body: `Everything you need to know about ${campaign}.`,
    summary: `Drafted "${headline}"`,
    generatedAt: Date.now(),
  };
}

export async function publishCopy(_input: object): Promise<object> {
  const { workflowExecution } = Context.current().info;
  const hash = createHash('sha256')
    .update(workflowExecution?.workflowId ?? '')
    .digest('hex');
  return { publicationId: `pub_${hash.slice(0, 16)}`, summary: 'Published', generatedAt: Date.now() };
}
