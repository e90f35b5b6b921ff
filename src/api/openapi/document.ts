// The OpenAPI 3.1 document, from what every operation says of itself: there is no second list.
import { z } from 'zod';
import { CALLBACK_TOKEN_HEADER } from '../../outbound/callback-token';
import type { Endpoint } from '../endpoint';
import { type Components, type JsonSchema, jsonSchemaOf } from './json-schema';
import { refusalsOf } from './refusals';
import { asServed, HEADERS } from './transport';

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, { readonly post: Operation }>>;
  readonly components: Components & { readonly headers: JsonSchema; readonly securitySchemes: JsonSchema };
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  /** Of an operation that asks for less than all others. */
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly JsonSchema[];
  readonly requestBody: { readonly required: true; readonly content: Content };
  readonly responses: Readonly<Record<string, Response>>;
}

export interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, JsonSchema>>;
  readonly content: Content;
}

export interface Content {
  readonly 'application/json': {
    readonly schema: JsonSchema;
    readonly examples?: Readonly<Record<string, { readonly summary: string; readonly value: object }>>;
  };
}

const DESCRIPTION = `Every operation but \`webhook-inbound/trigger\` and \`webhook-callback\` is a POST with a JSON body \`{ "data": ... }\` of at most 1 MiB. It answers
\`{ "result": ... }\`, or \`{ "error": { "message", "status", "details"? } }\`. Unknown fields are refused by name; an explicit
null on an optional field means that it is absent. \`/v1/workflow/...\` is an alias of \`/v2/workflow/...\`. Every answer
carries \`x-request-id\`: the caller's, when it is 1 to 128 of A-Z a-z 0-9 . _ : -`;

export interface Described {
  readonly endpoints: readonly Endpoint[];
  /** Operations without the envelope, by path: they say everything of themselves. */
  readonly others: Readonly<Record<string, (components: Components) => Operation>>;
  readonly version: string;
}

export function openApiDocument({ endpoints, others, version }: Described): OpenApiDocument {
  const components: Components = { schemas: {} };
  const nouns = new Set([...endpoints.map(({ path }) => path), ...Object.keys(others)].map(nounOf));
  const operations = [
    ...endpoints.map((endpoint) => [endpoint.path, operation(endpoint, components)] as const),
    ...Object.entries(others).map(([path, other]) => [path, other(components)] as const),
  ];
  return {
    openapi: '3.1.0',
    info: { title: 'Countersign', version, description: DESCRIPTION },
    servers: [{ url: '/' }],
    security: [{ apiKey: [], authToken: [] }],
    tags: [...nouns].map((name) => ({ name })),
    paths: Object.fromEntries(
      operations.map(([path, post]) => [
        `/v2/workflow/${path}`,
        { post: { ...post, responses: asServed(post.responses, components) } },
      ]),
    ),
    components: {
      ...components,
      headers: HEADERS,
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'x-velt-api-key' },
        authToken: { type: 'apiKey', in: 'header', name: 'x-velt-auth-token' },
        callbackToken: { type: 'apiKey', in: 'header', name: CALLBACK_TOKEN_HEADER },
      },
    },
  };
}

const nounOf = (path: string): string => path.split('/')[0] ?? path;

function operation(endpoint: Endpoint, components: Components): Operation {
  const { path, summary, description, data, result, examples } = endpoint;
  const content = (schema: z.ZodType, part: 'data' | 'result'): Content => {
    const shown = examples.map((example, index) => [
      `example${index + 1}`,
      { summary: example.summary, value: { [part]: example[part] } },
    ]);
    return {
      'application/json': {
        schema: jsonSchemaOf(z.strictObject({ [part]: schema }), components),
        examples: Object.fromEntries(shown),
      },
    };
  };
  return {
    operationId: path.replace(/\/(.)/, (_, letter: string) => letter.toUpperCase()),
    tags: [nounOf(path)],
    summary,
    description,
    requestBody: { required: true, content: content(data, 'data') },
    responses: {
      200: { description: 'Done.', content: content(result, 'result') },
      ...(refusalsOf(endpoint, components) as unknown as Readonly<Record<string, Response>>),
    },
  };
}
