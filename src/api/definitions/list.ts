// definitions/list: the definitions of the workspace, the last change first, without the deleted ones (contract 1).
import { z } from 'zod';
import { endpoint } from '../endpoint';
import { pageFields } from '../page';
import { exampleDefinitionView } from './example-view';
import type { DefinitionStore } from './store';
import { definitionViewSchema } from './view-schema';

export const listAllDefinitions = ({ definitions }: { readonly definitions: DefinitionStore }) =>
  endpoint({
    path: 'definitions/list',
    summary: 'List definitions',
    description:
      'The last change first, without the deleted ones. Large definitions make shorter pages: `nextCursor` decides.',
    data: z.strictObject(pageFields),
    result: z.strictObject({ items: z.array(definitionViewSchema), nextCursor: z.string().nullable() }),
    errors: ['DEADLINE_EXCEEDED'],
    examples: [
      {
        summary: 'The last ten changes',
        data: { pageSize: 10 },
        result: { items: [exampleDefinitionView()], nextCursor: null },
      },
    ],
    handle: ({ workspace }, page) => definitions.list(workspace, page),
  });
