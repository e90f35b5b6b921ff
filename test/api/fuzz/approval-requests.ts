// Valid requests of every operation of the approval API, from the examples of its document.
import type { OpenApiDocument } from '../../../src/api/openapi/document';
import { type ApiHarness, CREDENTIALS } from '../harness';
import type { Foreign } from './foreign';
import type { FuzzRequest } from './mutate';

export async function approvalRequests(api: ApiHarness, foreign: Foreign): Promise<FuzzRequest[]> {
  const { paths } = (await (await fetch(`${api.url}/openapi.json`)).json()) as OpenApiDocument;
  const { executionId, steps } = await api.waiting(await api.define(), ['human-legal']);
  const theirIds: Record<string, unknown> = { definitionId: foreign.definitionId, executionId: foreign.executionId };
  const headers = { 'content-type': 'application/json', ...CREDENTIALS.one };
  const enveloped = Object.entries(paths).filter(([, { post }]) => post.security === undefined);
  return enveloped.flatMap(([path, { post }]) =>
    Object.values(post.requestBody.content['application/json'].examples ?? {}).flatMap(({ value }) => {
      const { data } = value as { data: Record<string, unknown> };
      const own = 'executionId' in data ? { executionId, ...('stepId' in data ? { stepId: steps[0] } : {}) } : {};
      const theirs = Object.fromEntries(Object.entries(theirIds).filter(([name]) => name in data));
      return [data, { ...data, ...own }, { ...data, ...theirs }].map(
        (it): FuzzRequest => ({ method: 'POST', path, headers, body: JSON.stringify({ data: it }) }),
      );
    }),
  );
}
