// Turns a valid request into one that is wrong in some way, or in none.
import type { Random } from './random';

export interface FuzzRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Uint8Array | string;
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

export function mutated(valid: FuzzRequest, random: Random): FuzzRequest {
  const body = JSON.parse(valid.body as string);
  for (let times = random.below(4); times > 0; times--) mutateValue(body, random);
  const text = JSON.stringify(body);
  const request = { ...valid, body: random.chance(0.2) ? random.pick(mutateText)(text, random) : text };
  if (random.chance(0.1)) request.headers = { ...request.headers, ...random.pick(HEADERS) };
  if (random.chance(0.03)) request.method = random.pick(['PUT', 'PATCH', 'DELETE', 'OPTIONS']);
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
