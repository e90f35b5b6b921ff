// Turns a valid request into one that is wrong in some way, or in none.
import type { Random } from './random';

export interface FuzzRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  /** JSON as it is valid; absent where the request has none. */
  body?: Uint8Array | string;
  /** Headers that are made from the bytes as they are sent. */
  readonly sign?: (bytes: Buffer, random: Random) => Record<string, string>;
  /** Lacks what would authorise it: whatever else is changed about it, it may not be served. */
  readonly isForged?: true;
}

const ODD_IDS = [
  '../../etc/passwd',
  'exec_../x',
  'exec_%2e%2e%2fx',
  'execution/two/x',
  '',
  'a'.repeat(300),
  'exec_x\0y',
  '\ud800',
  'exec_',
  "' OR 1=1 --",
  'definition/one/x/v1',
];

const ODD_VALUES: readonly (() => unknown)[] = [
  () => null,
  () => true,
  () => -1,
  () => 1.5,
  () => 1e308,
  () => Number.MAX_SAFE_INTEGER + 1,
  () => '',
  () => '\0',
  () => '\ud800',
  () => '\u202e\u0007',
  () => [],
  () => ({}),
  () => [[[[]]]],
  () => 'x'.repeat(70_000),
  () => ({ constructor: { prototype: { polluted: true } } }),
];

interface Place {
  readonly holder: Record<string, unknown>;
  readonly key: string;
}

function placesOf(value: unknown, found: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return found;
  for (const [key, child] of Object.entries(value)) {
    found.push({ holder: value as Record<string, unknown>, key });
    placesOf(child, found);
  }
  return found;
}

function mutateValue(body: object, random: Random): void {
  const places = placesOf(body);
  if (places.length === 0) return;
  const { holder, key } = random.pick(places);
  switch (random.below(6)) {
    case 0:
      delete holder[key];
      return;
    case 1:
      holder[random.pick(['extra', 'constructor', 'toString', 'hasOwnProperty', '', '\0', `${key} `])] = 1;
      return;
    case 2:
      holder[key] = random.pick(ODD_IDS);
      return;
    case 3:
      holder[key] = structuredClone(random.pick(places).holder);
      return;
    default:
      holder[key] = random.pick(ODD_VALUES)();
  }
}

/** Wrong below the level of values: bytes, nesting, doubles, sizes. */
const mutateText: readonly ((text: string, random: Random) => string | Uint8Array)[] = [
  (text, random) => text.slice(0, random.below(text.length)),
  (text) => text.replace('{', '{"data":{},'),
  (text) => text.replace(/"(\w+)":/, '"$1":1,"$1":'),
  (text) => text.replace('{', '{"__proto__":{"admin":true},'),
  (text) => text.replace('{', `{"deep":${'['.repeat(5_000)}${']'.repeat(5_000)},`),
  (text) => text.replace(/\d+/, '1e999'),
  (text) => text.replace(/\d+/, '9'.repeat(400)),
  (text) => text.replace(/"[^"]*"\}/, `"${'x'.repeat(1_000_000)}"}`),
  (text) => text + ' '.repeat(1_100_000),
  (text) => `\ufeff${text}`,
  (text) => `[${text}]`,
  (text, random) => {
    const bytes = Buffer.from(text);
    bytes[random.below(bytes.length)] = random.pick([0xff, 0xc0, 0x00, 0x80]);
    return bytes;
  },
];

const HEADERS: readonly Record<string, string>[] = [
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/json; charset=latin1' },
  { 'content-encoding': 'gzip' },
  { 'x-velt-api-key': '' },
  { 'x-velt-auth-token': 'x'.repeat(4_000) },
  { 'x-request-id': 'x'.repeat(500) },
  { authorization: 'Bearer something' },
  { 'x-http-method-override': 'DELETE' },
  { 'x-forwarded-for': '127.0.0.1' },
];

const ODD_HEADERS = ['', ' ', 'x'.repeat(300), '\u00ff\u00fe', '__proto__', 'a, b', '%00', '{}', '-1', "'; --"];

/** One of the headers that it has is another one, or missing. */
function mutateHeader(headers: Record<string, string>, random: Random): Record<string, string> {
  const { [random.pick(Object.keys(headers))]: _gone, ...others } = headers;
  const [name = ''] = Object.keys(headers).filter((it) => !(it in others));
  return random.chance(0.3) ? others : { ...others, [name]: random.pick(ODD_HEADERS) };
}

const MALFORMED = ['%00', '%E0%A4%A', '%2e%2e%2f', '%ff', '\u{1f600}'];

/** One part of the path or one value of the query is another one. */
function mutatePlace(path: string, random: Random): string {
  const odd = random.chance(0.3)
    ? random.pick(MALFORMED)
    : encodeURIComponent(random.pick(ODD_IDS).replace('\ud800', ''));
  const [plain = '', query] = path.split('?');
  if (query !== undefined && random.chance(0.6)) {
    const pairs = query.split('&');
    const [name = ''] = random.pick(pairs).split('=');
    const others = random.chance(0.3) ? pairs : pairs.filter((pair) => !pair.startsWith(`${name}=`));
    return `${plain}?${[...others, `${name}=${odd}`].join('&')}`;
  }
  const parts = plain.split('/');
  parts[1 + random.below(parts.length - 1)] = odd;
  return `${parts.join('/')}${query === undefined ? '' : `?${query}`}`;
}

export function mutated(valid: FuzzRequest, random: Random): FuzzRequest {
  const request = { ...valid, ...bodyOf(valid, random) };
  if (valid.sign) request.headers = { ...request.headers, ...valid.sign(Buffer.from(request.body ?? ''), random) };
  if (random.chance(0.1)) request.headers = { ...request.headers, ...random.pick(HEADERS) };
  if (random.chance(0.1)) request.headers = mutateHeader(request.headers, random);
  if (random.chance(0.03)) request.method = random.pick(['PUT', 'PATCH', 'DELETE', 'OPTIONS']);
  if (random.chance(0.1)) request.path = mutatePlace(request.path, random);
  if (random.chance(0.05)) {
    request.path = random.pick([
      request.path.replace('/v2/', '/v1/'),
      `${request.path}/../../../etc/passwd`,
      `${request.path}%00`,
      `${request.path}/%E0%A4%A`,
      request.path.toUpperCase(),
      `${request.path}?x=${'y'.repeat(2_000)}`,
      '/v2/workflow/__proto__/constructor',
    ]);
  }
  return request;
}

function bodyOf(valid: FuzzRequest, random: Random): Pick<FuzzRequest, 'body'> {
  if (valid.body === undefined) return {};
  const body = JSON.parse(valid.body as string);
  for (let times = random.below(4); times > 0; times--) mutateValue(body, random);
  const text = JSON.stringify(body);
  return { body: random.chance(0.2) ? random.pick(mutateText)(text, random) : text };
}
