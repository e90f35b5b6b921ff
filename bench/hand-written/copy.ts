// The work of the example agents, for whichever engine runs it.
import { createHash } from 'node:crypto';

export async function draftOf(input: Record<string, unknown>): Promise<object> {
  const campaign = String(input.campaign ?? 'the campaign');
  const headline = `${campaign}: say it once, say it well`;
  return {
    headline,
    body: `Everything you need to know about ${campaign}.`,
    summary: `Drafted "${headline}"`,
    generatedAt: Date.now(),
  };
}

/** The same id for the same workflow, however often it is tried. */
export async function publicationOf(workflowId: string): Promise<object> {
  const hash = createHash('sha256').update(workflowId).digest('hex');
  return { publicationId: `pub_${hash.slice(0, 16)}`, summary: 'Published', generatedAt: Date.now() };
}
