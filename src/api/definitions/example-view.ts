// The seed's definition as the API shows it, for the reference: linted and compiled like any other.
import type { z } from 'zod';
import type { AuthoredDefinition } from '../../definition/definition';
import { type LintResult, lintDefinition } from '../../definition/lint/lint';
import { definitionCreateSchema } from '../../definition/schema';
import { EXAMPLE_DEFINITION } from '../examples';
import { type DefinitionView, definitionView } from './view';

const CREATED_AT = 1731432000000;

export function exampleDefinitionView(): DefinitionView {
  const { draft, conditions } = exampleLint(EXAMPLE_DEFINITION);
  if (!draft || !conditions) throw new Error('the example of the reference does not lint');
  return definitionView({
    draft,
    conditions,
    receiver: null,
    triggers: [],
    version: 1,
    status: 'active',
    createdAt: CREATED_AT,
    updatedAt: CREATED_AT,
  });
}

/** With the agents of the example registered. */
export function exampleLint(definition: object): LintResult {
  const schema = definitionCreateSchema as z.ZodType<AuthoredDefinition>;
  const agents = EXAMPLE_DEFINITION.nodes.flatMap(({ config }) => ('agentId' in config ? [config.agentId] : []));
  return lintDefinition(schema.parse(definition), { registeredAgents: new Set(agents) });
}
