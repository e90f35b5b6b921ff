// The OpenAPI 3.1 document of a dialect, from what its operations say of themselves.
import type { z } from 'zod';
import type { DialectAnswer, DialectOperation } from '../dialect';
import { type Components, type JsonSchema, jsonSchemaOf } from './json-schema';
import { asServed, HEADERS } from './transport';

export interface DialectInfo {
  readonly title: string;
  readonly version: string;
  readonly description: string;
  /** By name, the one scheme that every operation asks for. */
  readonly security: Readonly<Record<string, JsonSchema>>;
  /** The ids of operations that ask for none. */
  readonly open?: readonly string[];
  /** What every operation can refuse, by HTTP code. */
  readonly refusals: Readonly<Record<number, DialectAnswer>>;
}

export function dialectDocument(operations: readonly DialectOperation[], info: DialectInfo): object {
  const { title, version, description, security, open = [], refusals } = info;
  const components: Components = { schemas: {} };
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const { method, path, operationId } = operation;
    const shown = operationOf(operation, refusals, components);
    paths[path] = { ...paths[path], [method]: open.includes(operationId) ? { ...shown, security: [] } : shown };
  }
  return {
    openapi: '3.1.0',
    info: { title, version, description },
    servers: [{ url: '/' }],
    security: Object.keys(security).map((name) => ({ [name]: [] })),
    paths,
    components: { ...components, headers: HEADERS, securitySchemes: security },
  };
}

function operationOf(operation: DialectOperation, refusals: DialectInfo['refusals'], components: Components): object {
  const { operationId, summary, description, parameters = {}, body, answers } = operation;
  const responses = Object.entries({ ...refusals, ...answers }).map(([http, answer]) => [
    http,
    answerOf(answer, components),
  ]);
  return {
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    parameters: Object.entries(parameters).flatMap(([place, schema]) => parametersOf(place, schema, components)),
    ...(body
      ? { requestBody: { required: !body.isOptional, content: contentOf(body.schema, body.example, components) } }
      : {}),
    responses: asServed(Object.fromEntries(responses), components),
  };
}

function parametersOf(place: string, object: z.ZodObject | undefined, components: Components): object[] {
  if (!object) return [];
  const { properties = {}, required = [] } = jsonSchemaOf(object, components) as {
    properties?: Readonly<Record<string, JsonSchema>>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}

function answerOf({ description, body, contentType, example }: DialectAnswer, components: Components): object {
  return { description, ...(body ? { content: contentOf(body, example, components, contentType) } : {}) };
}

function contentOf(schema: z.ZodType, example: unknown, components: Components, type = 'application/json'): object {
  return { [type]: { schema: jsonSchemaOf(schema, components), ...(example === undefined ? {} : { example }) } };
}
