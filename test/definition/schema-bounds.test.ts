// Every bound of a definition: the last value that is taken, and the first that is not, with its place.
import { describe, expect, test } from '@jest/globals';
import { definitionCreateSchema, definitionUpdateSchema } from '../../src/definition/schema';
import { agent } from './shapes';

const base = { definitionId: 'the-id', name: 'A name', nodes: [agent('a')] };
const placesOf = (rest: object) =>
  (definitionCreateSchema.safeParse({ ...base, ...rest }).error?.issues ?? []).map(({ path }) => path.join('.'));

const letters = (count: number) => 'x'.repeat(count);
const list = <T>(count: number, item: (index: number) => T) => Array.from({ length: count }, (_, index) => item(index));
const node = (field: string) => (value: unknown) => ({ nodes: [agent('a', {}, { [field]: value })] });
const config = (field: string) => (value: unknown) => ({ nodes: [agent('a', { [field]: value })] });
const retry = (field: string) => (value: unknown) => config('retry')({ [field]: value });
const reviewing = (field: string) => (value: unknown) => ({
  nodes: [{ nodeId: 'a', type: 'human', config: { reviewerIds: ['u'], [field]: value } }],
});
const reminding = (field: string) => (value: unknown) => ({
  nodes: [{ nodeId: 'a', type: 'human', config: { reviewerIds: ['u'], remindAfterMs: 1_000, [field]: value } }],
});
const edge = (field: string) => (value: unknown) => ({ edges: [{ from: 'a', to: 'b', [field]: value }] });
const group = (field: string) => (value: unknown) => ({
  groups: [{ groupId: 'g', memberNodeIds: ['a'], expectedSteps: 1, quorum: 1, [field]: value }],
});
const field = (name: string) => (value: unknown) => ({ [name]: value });
const users = (count: number) => list(count, (index) => ({ userId: `u${index}`, mandatory: true }));

/** Where it stands, what makes a request of a value, the values that are taken, and those that are not. */
const BOUNDS: readonly [string, (value: unknown) => object, readonly unknown[], readonly unknown[]][] = [
  ['definitionId', field('definitionId'), ['a-1', letters(64)], ['ab', letters(65), '-ab', 'A-b', 'a_b']],
  ['name', field('name'), ['x', letters(200)], ['', letters(201), null]],
  ['description', field('description'), ['', letters(2_000), null], [letters(2_001), 1]],
  ['nodes', field('nodes'), [list(100, (i) => agent(`n${i}`))], [list(101, (i) => agent(`n${i}`)), null]],
  ['tags', field('tags'), [list(20, () => letters(64)), [], null], [list(21, () => 'x')]],
  ['tags.0', field('tags'), [['x']], [[''], [letters(65)], ['a\u0007']]],
  ['organizationId', field('organizationId'), [letters(128), null], ['', letters(129)]],
  ['documentId', field('documentId'), [letters(128), null], ['', letters(129)]],
  [
    'scope.level',
    (level) => ({ scope: { level, organizationId: 'o', documentId: 'd' } }),
    ['apiKey', 'organization', 'document', null],
    ['tenant'],
  ],
  ['nodes.0.nodeId', node('nodeId'), ['A.b:c_-9', letters(64)], ['', letters(65), 'a/b', 'a b']],
  ['nodes.0.slaMs', node('slaMs'), [1, 31_622_400_000, null], [0, 31_622_400_001, 1.5]],
  ['nodes.0.name', node('name'), ['x', letters(200), null], ['', letters(201)]],
  ['nodes.0.description', node('description'), ['', letters(2_000), null], [letters(2_001)]],
  ['nodes.0.type', node('type'), ['agent'], ['robot']],
  ['nodes.0.config.agentId', config('agentId'), [letters(128)], ['', letters(129), null]],
  ['nodes.0.config.url', config('url'), ['x', letters(2_048), null], ['', letters(2_049)]],
  [
    'nodes.0.config.urlPath',
    config('urlPath'),
    ['asset.url', letters(500), null],
    ['', letters(501), '.a', 'a.', 'a..b'],
  ],
  ['nodes.0.config.promptOverride', config('promptOverride'), ['', letters(8_000), null], [letters(8_001)]],
  ['nodes.0.config.inputMapping', config('inputMapping'), [{ a: [1] }, null], [[], 'x']],
  ['nodes.0.config.userContextMapping', config('userContextMapping'), [{ a: 1 }, null], [1]],
  ['nodes.0.config.agentMaxRuntimeMs', config('agentMaxRuntimeMs'), [1, 86_400_000, null], [0, 86_400_001]],
  ['nodes.0.config.requireNonEmptyOutput', config('requireNonEmptyOutput'), [true, false, null], ['true']],
  ['nodes.0.config.retry.maxAttempts', retry('maxAttempts'), [1, 20, null], [0, 21]],
  ['nodes.0.config.retry.initialIntervalMs', retry('initialIntervalMs'), [1, 3_600_000, null], [0, 3_600_001]],
  ['nodes.0.config.retry.backoffCoefficient', retry('backoffCoefficient'), [1, 1.5, 100, null], [0.9, 100.1]],
  ['nodes.0.config.reviewerIds', reviewing('reviewerIds'), [list(50, (i) => `u${i}`)], [list(51, (i) => `u${i}`)]],
  ['nodes.0.config.reviewerIds.0', reviewing('reviewerIds'), [[letters(128)]], [[letters(129)], ['']]],
  ['nodes.0.config.reviewers', (reviewers) => reviewing('reviewers')(reviewers), [null], [users(51)]],
  [
    'nodes.0.config.reviewerEmails',
    reviewing('reviewerEmails'),
    [list(50, (i) => `a${i}@example.com`), [], null],
    [list(51, (i) => `a${i}@example.com`)],
  ],
  [
    'nodes.0.config.reviewerEmails.0',
    reviewing('reviewerEmails'),
    [['a@example.com']],
    [['nobody'], [`${letters(320)}@example.com`]],
  ],
  [
    'nodes.0.config.remindAfterMs',
    reviewing('remindAfterMs'),
    [1_000, 31_622_400_000, null],
    [999, 31_622_400_001, 1.5],
  ],
  [
    'nodes.0.config.remindEveryMs',
    reviewing('remindEveryMs'),
    [1_000, 31_622_400_000, null],
    [999, 31_622_400_001, 1.5],
  ],
  ['nodes.0.config.maxReminders', reminding('maxReminders'), [1, 100, null], [0, 101, 1.5]],
  [
    'nodes.0.config.reminderRecipients',
    reminding('reminderRecipients'),
    [list(50, (i) => `a${i}@example.com`), null],
    [[], list(51, (i) => `a${i}@example.com`)],
  ],
  [
    'nodes.0.config.reminderRecipients.0',
    reminding('reminderRecipients'),
    [['a@example.com']],
    [['nobody'], [`${letters(320)}@example.com`], ['a@example.com\r\nBcc: b@example.com']],
  ],
  ['nodes.0.config.commentBody', reviewing('commentBody'), ['', letters(8_000), null], [letters(8_001)]],
  ['edges.0.when', edge('when'), ['', 'anything', null], [true]],
  ['edges.0.loop.maxIterations', (maxIterations) => edge('loop')({ maxIterations }), [1, 20], [0, 21, 1.5]],
  ['edges.0.on', edge('on'), ['always', 'approve', 'reject', 'custom', 'exhausted', null], ['default', '']],
  [
    'edges.0.from',
    edge('from'),
    ['a', letters(64), { kind: 'node', nodeId: 'a' }, { kind: 'group', groupId: letters(64) }],
    [
      '',
      letters(65),
      { kind: 'node', groupId: 'a' },
      { kind: 'group', groupId: '' },
      { kind: 'node', nodeId: letters(65) },
      { kind: 'group', groupId: letters(65) },
      { kind: 'node', nodeId: '' },
    ],
  ],
  ['groups.0.groupId', group('groupId'), [letters(64)], ['', letters(65), 'a b']],
  ['groups.0.memberNodeIds', group('memberNodeIds'), [list(100, () => 'a'), []], [list(101, () => 'a'), null]],
  ['groups.0.requiredNodeIds', group('requiredNodeIds'), [list(100, () => 'a'), null], [list(101, () => 'a')]],
  ['groups.0.expectedSteps', group('expectedSteps'), [-1, 0, 9], [1.5, null]],
  ['groups.0.quorum', group('quorum'), [-1, 0, 9], [1.5, null]],
  ['groups.0.onQuorumMet', group('onQuorumMet'), ['waitAll', 'cancelOnQuorum', 'joinOnQuorum', null], ['race']],
];

describe.each(BOUNDS)('%s', (place, requestOf, taken, refused) => {
  test('takes what lies within its bounds', () => {
    expect(taken.map((value) => placesOf(requestOf(value)))).toEqual(taken.map(() => []));
  });
  test('refuses the rest where it stands', () => {
    const isRefusedHere = (value: unknown) => {
      const places = placesOf(requestOf(value));
      return places.length > 0 && places.every((it) => it.startsWith(place));
    };
    expect(refused.filter((value) => !isRefusedHere(value))).toEqual([]);
  });
});

test.each(['edges', 'groups', 'triggers'])('more %s than an execution may have are refused', (name) => {
  const counts = { edges: 500, groups: 100, triggers: 50 } as const;
  const count = counts[name as keyof typeof counts];
  const item = (index: number) =>
    ({
      edges: { from: 'a', to: 'a' },
      groups: group('groupId')('g').groups[0],
      triggers: { triggerId: `t${index}` },
    })[name];
  expect(placesOf({ [name]: list(count, item) })).toEqual([]);
  expect(placesOf({ [name]: list(count + 1, item) })).toEqual([name]);
});

test('an unknown field is refused wherever it stands', () => {
  const more = { unknown: 1 };
  const requests: readonly (readonly [string, object])[] = [
    ['', more],
    ['scope', { scope: more }],
    ['nodes.0', { nodes: [agent('a', {}, more)] }],
    ['nodes.0.config', config('unknown')(1)],
    ['nodes.0.config.retry', retry('unknown')(1)],
    ['nodes.0.config', reviewing('unknown')(1)],
    [
      'nodes.0.config.reviewers.0',
      { nodes: [{ nodeId: 'a', type: 'human', config: { reviewers: [{ ...users(1)[0], ...more }] } }] },
    ],
    ['edges.0', edge('unknown')(1)],
    ['edges.0.loop', edge('loop')({ maxIterations: 1, ...more })],
    ['groups.0', group('unknown')(1)],
  ];
  expect(requests.map(([, request]) => placesOf(request))).toEqual(requests.map(([place]) => [place]));
});

test('an update is a whole definition and the version that its author saw', () => {
  const parsed = definitionUpdateSchema.parse({ ...base, ifVersion: 3 });
  expect(parsed).toEqual({ ifVersion: 3, definition: definitionCreateSchema.parse(base) });
  for (const ifVersion of [0, 1.5, null, undefined]) {
    const places = definitionUpdateSchema.safeParse({ ...base, ifVersion }).error?.issues.map(({ path }) => path);
    expect(places).toEqual([['ifVersion']]);
  }
  expect(definitionUpdateSchema.safeParse({ ...base, ifVersion: 1, scope: { level: 'document' } }).success).toBe(false);
});
