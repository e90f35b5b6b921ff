// zod schemas as JSON Schema for OpenAPI 3.1: what a caller writes or reads; named schemas become components.
import { z } from 'zod';

export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

export interface Components {
  readonly schemas: Record<string, JsonSchema>;
}

/** Requests and results alike are shown as they travel, before any default is filled in. */
export function jsonSchemaOf(schema: z.ZodType, { schemas }: Components): JsonSchema {
  const { $defs = {}, $schema, ...own } = z.toJSONSchema(schema, { io: 'input', target: 'draft-2020-12' });
  for (const [name, definition] of Object.entries($defs)) {
    const { id, ...rest } = definition as JsonSchema;
    schemas[name] ??= pointingToComponents(rest);
  }
  return pointingToComponents(own as JsonSchema);
}

function pointingToComponents(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (key, value) => {
    if (typeof value !== 'string') return value;
    if (key === '$ref') return value.replace(/^#\/\$defs\//, '#/components/schemas/');
    return key === 'pattern' ? portable(value) : value;
  });
}

/** Python knows no `\p{Cc}`, and JavaScript without the flag `u` takes it for five letters. */
const portable = (pattern: string): string => pattern.replaceAll('\\p{Cc}', '\\x00-\\x1f\\x7f-\\x9f');
