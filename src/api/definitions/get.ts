// definitions/get: the current version, or an older one (contract 1).
import { z } from 'zod';
import { absentable } from '../../definition/schema-parts';
import { endpoint } from '../endpoint';
import { ApiError } from '../errors';
import { definitionView } from './record';
import type { DefinitionStore } from './store';

const data = z.strictObject({
  definitionId: z.string(),
  version: absentable(z.int().min(1)),
  /** Accepted and ignored. */
  organizationId: absentable(z.string()),
  documentId: absentable(z.string()),
});

export const getDefinition = ({ definitions }: { readonly definitions: DefinitionStore }) =>
  endpoint({
    path: 'definitions/get',
    data,
    async handle({ workspace, note }, { definitionId, version }) {
      note({ definitionId });
      const found =
        version === undefined
          ? await definitions.current(workspace, definitionId)
          : await definitions.version(workspace, definitionId, version);
      if (found.kind === 'found') return definitionView(found.record);
      const which = version === undefined ? '' : ` with version ${version}`;
      throw new ApiError('NOT_FOUND', `There is no definition "${definitionId}"${which}.`);
    },
  });
