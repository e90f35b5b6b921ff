// Walks through a list page by page.
import type { ApiHarness } from './harness';

/** All items of a list, with the sizes of its pages. */
export async function allPages(
  api: ApiHarness,
  path: string,
  data: { readonly pageSize: number; readonly [field: string]: unknown },
): Promise<{ items: any[]; sizes: number[] }> {
  const items: any[] = [];
  const sizes: number[] = [];
  let cursor: string | null = null;
  do {
    const { result, error } = await api.call(path, { ...data, cursor });
    if (error) throw new Error(error.message);
    items.push(...result.items);
    sizes.push(result.items.length);
    cursor = result.nextCursor;
  } while (cursor !== null);
  return { items, sizes };
}
