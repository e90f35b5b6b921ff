// Callers of the two dialects; every answer is held against the document that the server serves for the dialect.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import { assertHeaders } from './document-check';
import { type ApiHarness, CREDENTIALS } from './harness';

export interface DialectAnswer {
  readonly http: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; null when it is none. */
  readonly json: any;
}

export interface DialectRequest {
  readonly body?: unknown;
  /** As it is sent, in place of `body`. */
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly workspace?: 'one' | 'two';
  /** Of another API process. */
  readonly url?: string;
}

export type DialectCaller = (call: string, request?: DialectRequest) => Promise<DialectAnswer>;

/** `conductor('POST /api/workflow/demo', { body })`. */
export const conductorOf = (api: ApiHarness): DialectCaller =>
  callerOf(api, '/openapi-conductor.json', (workspace) => ({
    'x-authorization': CREDENTIALS[workspace]['x-velt-auth-token'],
  }));

export const flowkerOf = (api: ApiHarness): DialectCaller =>
  callerOf(api, '/openapi-flowker.json', (workspace) => ({ 'x-api-key': CREDENTIALS[workspace]['x-velt-api-key'] }));

function callerOf(
  api: ApiHarness,
  documentPath: string,
  credentials: (workspace: 'one' | 'two') => Record<string, string>,
): DialectCaller {
  let check: Promise<DialectCheck> | null = null;
  return async (call, { body, raw, headers = {}, workspace = 'one', url = api.url } = {}) => {
    check ??= fetch(`${api.url}${documentPath}`).then(async (response) => dialectCheck(await response.json()));
    const [method = '', path = ''] = call.split(/ (.*)/s);
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const given = {
      ...credentials(workspace),
      ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    };
    const wanted = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
    const response = await fetch(`${url}${path}`, {
      method,
      headers: wanted,
      ...(sent === undefined ? {} : { body: sent }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false;
    const json = isJson ? JSON.parse(text) : null;
    (await check)({ method, path, http: response.status, headers: response.headers }, isJson ? json : text);
    return { http: response.status, headers: response.headers, text, json };
  };
}

export type DialectCheck = (
  asked: { method: string; path: string; http: number; headers: Headers },
  body: unknown,
) => void;

/** Throws when an answer is not what the dialect's document says of it. */
export function dialectCheck(document: any): DialectCheck {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'https://countersign.test/openapi', components: document.components } as object, 'openapi');
  const routes = Object.entries<any>(document.paths).map(([path, operations]) => ({
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
    literals: path.replace(/\{\w+\}/g, '').length,
    operations,
  }));
  routes.sort((a, b) => b.literals - a.literals);
  const known = new Map<object, ValidateFunction>();
  return ({ method, path, http, headers }, body) => {
    const plain = path.replace(/\?.*$/s, '');
    const route = routes.find(({ pattern, operations }) => pattern.test(plain) && operations[method.toLowerCase()]);
    if (!route) return;
    const response = route.operations[method.toLowerCase()].responses[http];
    if (!response) throw new Error(`${method} ${plain} ${http} is not documented`);
    assertHeaders(`${method} ${plain} ${http}`, headers, response);
    const [content] = Object.values<any>(response.content ?? {});
    if (!content) return;
    const schema = JSON.parse(
      JSON.stringify(content.schema).replaceAll('"#/components/', '"https://countersign.test/openapi#/components/'),
    );
    const validate = known.get(content) ?? ajv.compile(schema);
    known.set(content, validate);
    if (validate(body)) return;
    throw new Error(
      `${method} ${plain} ${http}: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(body).slice(0, 2_000)}`,
    );
  };
}
