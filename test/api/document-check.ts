// Holds every answer of the test run against the OpenAPI document that the server itself serves. All servers serve the same
// one (openapi.test.ts), so it is asked for and compiled once in a jest process, whose test files have one `globalThis`.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import type { OpenApiDocument } from '../../src/api/openapi/document';

export type DocumentCheck = (path: string, answer: { http: number; headers: Headers }, body: unknown) => void;

const ofProcess = globalThis as typeof globalThis & { documentCheck?: DocumentCheck };

/** By the document of the server at `url`, if no other's is known yet. */
export async function documentCheck(url: string): Promise<DocumentCheck> {
  ofProcess.documentCheck ??= checkAgainst(await documentAt(url));
  return ofProcess.documentCheck;
}

export async function documentAt(url: string): Promise<OpenApiDocument> {
  return (await (await fetch(`${url}/openapi.json`)).json()) as OpenApiDocument;
}

/** Throws when an answer of an operation is not what its documentation says; other paths must answer the envelope. */
function checkAgainst(document: OpenApiDocument): DocumentCheck {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, inlineRefs: false });
  ajv.addSchema({ $id: 'https://countersign.test/openapi', components: document.components } as object, 'openapi');
  const known = new Map<string, ValidateFunction>();

  function validatorOf(path: string, http: number): ValidateFunction | null {
    const operation = document.paths[path.replace(/^\/v1\//, '/v2/')]?.post;
    if (!operation) return null;
    const name = `${path} ${http}`;
    const validator = known.get(name) ?? ajv.compile(pointed(schemaOf(operation.responses[http], name)));
    known.set(name, validator);
    return validator;
  }

  return (path, { http, headers }, body) => {
    const [plain = ''] = path.split('?');
    assertHeaders(`${plain} ${http}`, headers, document.paths[plain.replace(/^\/v1\//, '/v2/')]?.post.responses[http]);
    const validate = validatorOf(plain, http);
    if (validate && !validate(body)) {
      const text = JSON.stringify(body).slice(0, 2_000);
      throw new Error(`${plain} ${http} differs from its documentation: ${ajv.errorsText(validate.errors)}\n${text}`);
    }
  };
}

/** Throws unless the answer has the headers that are documented for it, and of those that may be, no other. */
export function assertHeaders(name: string, headers: Headers, response: { headers?: object } | undefined): void {
  if (!response) return;
  const documented = Object.keys(response.headers ?? {}).map((header) => header.toLowerCase());
  const carried = ['x-request-id', 'retry-after'].filter((header) => headers.has(header));
  if (documented.sort().join() !== carried.sort().join()) {
    throw new Error(`${name} is documented with the headers ${documented} and has ${carried}`);
  }
}

function schemaOf(response: { content: any } | undefined, name: string): object {
  if (!response) throw new Error(`${name} is not documented`);
  return response.content['application/json'].schema;
}

const pointed = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"https://countersign.test/openapi#/components/'));
