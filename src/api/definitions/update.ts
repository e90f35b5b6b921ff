// definitions/update: replaces a whole definition by its next version, unless somebody was faster (contract 1).
import type { z } from 'zod';
import type { AuthoredDefinition } from '../../definition/definition';
import { assertNever } from '../../definition/json';
import { definitionUpdateSchema } from '../../definition/schema';
import type { DefinitionLookup, DefinitionRecord } from '../../dispatch/record';
import { endpoint } from '../endpoint';
import { ApiError } from '../errors';
import { EXAMPLE_DEFINITION } from '../examples';
import { type AuthoringRules, accepted, IF_TOO_LARGE } from './authoring';
import { exampleDefinitionView } from './example-view';
import { definitionNotFound, definitionTombstoned } from './refusals';
import type { DefinitionStore } from './store';
import { definitionView } from './view';
import { definitionViewSchema } from './view-schema';

const EXAMPLE_UPDATED_AT = 1731435600000;

interface Dependencies extends AuthoringRules {
  readonly definitions: DefinitionStore;
}

interface UpdateRequest {
  readonly ifVersion: number;
  readonly definition: AuthoredDefinition;
}

export const updateDefinition = ({ definitions, ...rules }: Dependencies) =>
  endpoint({
    path: 'definitions/update',
    summary: 'Replace a definition',
    description:
      'Replaces the whole definition by its next version, if `ifVersion` is the current one; of updates that race exactly one wins. The prior version stays readable, and executions in flight stay on theirs. It answers when every dispatch uses the new version: half a second later than it takes effect. An inbound webhook that comes without its secret keeps the one that it had. `compiled` may be left out, and must be where the body would be larger than 1 MiB with it.',
    data: definitionUpdateSchema as z.ZodType<UpdateRequest>,
    result: definitionViewSchema,
    errors: ['NOT_FOUND', 'FAILED_PRECONDITION', 'DEADLINE_EXCEEDED'],
    ifTooLarge: IF_TOO_LARGE,
    examples: [
      {
        summary: 'A second version under another name',
        data: { ...EXAMPLE_DEFINITION, name: 'Copy approval', ifVersion: 1 },
        result: { ...exampleDefinitionView(), name: 'Copy approval', version: 2, updatedAt: EXAMPLE_UPDATED_AT },
      },
    ],
    async handle({ workspace, note }, { ifVersion, definition }) {
      const { definitionId } = definition;
      note({ definitionId });
      const previous = currentOf(await definitions.current(workspace, definitionId), definitionId, ifVersion);
      const content = accepted(definition, rules, { workspace, previous });
      const outcome = await definitions.update(workspace, content, ifVersion);
      switch (outcome.kind) {
        case 'updated':
          return definitionView(outcome.record);
        case 'conflict':
          throw versionConflict(ifVersion, outcome.current);
        case 'not-found':
          throw definitionNotFound(definitionId);
        case 'tombstoned':
          throw definitionTombstoned(definitionId);
        case 'full':
          throw new ApiError(
            'FAILED_PRECONDITION',
            `The definition "${definitionId}" has as many versions as can be kept (${ifVersion}); continue under another id.`,
          );
        default:
          return assertNever(outcome);
      }
    },
  });

/** Whoever works from an old version learns that first, whatever the linter would say. */
function currentOf(previous: DefinitionLookup, definitionId: string, ifVersion: number): DefinitionRecord {
  if (previous.kind === 'not-found') throw definitionNotFound(definitionId);
  if (previous.kind === 'tombstoned') throw definitionTombstoned(definitionId);
  const { version } = previous.record;
  if (version !== ifVersion) throw versionConflict(ifVersion, version);
  return previous.record;
}

const versionConflict = (expected: number, current: number): ApiError =>
  new ApiError('FAILED_PRECONDITION', `Version conflict: expected ${expected}, current ${current}`);
