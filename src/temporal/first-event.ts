// The input of a workflow, from its first history event: strongly consistent, and no worker is needed.
import type { Client } from '@temporalio/client';
import { isMissing } from './grpc';
import { decodedWith } from './payload-codec';

/** The arguments that a workflow was started with, or null when there is none. */
export async function readInput(
  client: Client,
  execution: { readonly workflowId: string; readonly runId?: string },
): Promise<readonly unknown[] | null> {
  const { namespace } = client.options;
  try {
    const { history } = await client.workflowService.getWorkflowExecutionHistory({
      namespace,
      execution,
      maximumPageSize: 1,
    });
    const payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    return await decodedWith(client, payloads);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
