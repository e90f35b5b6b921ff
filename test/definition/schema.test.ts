// What a caller may send: defaults, bounds, and what is refused with its place.
import { describe, expect, test } from '@jest/globals';
import { definitionCreateSchema } from '../../src/definition/schema';
import { agent, human } from './shapes';

const base = { definitionId: 'the-id', name: 'A name', nodes: [agent('a')] };
const parse = (rest: object) => definitionCreateSchema.safeParse({ ...base, ...rest });
const node = (config: object) => ({ nodes: [{ nodeId: 'a', type: 'agent', config: { agentId: 'x', ...config } }] });
const reviewers = (config: object) => ({ nodes: [{ nodeId: 'a', type: 'human', config }] });
const edge = (rest: object) => ({ edges: [{ from: 'a', to: 'b', ...rest }] });
const group = (rest: object) => ({
  groups: [{ groupId: 'g', memberNodeIds: ['a'], expectedSteps: 1, quorum: 1, ...rest }],
});
const u = (userId: string, mandatory = true) => ({ userId, mandatory });

describe('the request', () => {
  test.each<[string, object]>([
    ['a blocking agent', node({ blocking: true, resolutionPolicy: { kind: 'allResolved' } })],
    [
      'a blocking agent that needs two',
      node({ blocking: true, resolutionPolicy: { kind: 'minResolved', minCount: 2 } }),
    ],
    ['a policy that is not used', node({ resolutionPolicy: { kind: 'allResolved', minCount: null } })],
    ['no policy', node({ blocking: false, resolutionPolicy: null })],
    ['a loop', edge({ on: 'reject', loop: { maxIterations: 20 } })],
    ['an exhausted edge', edge({ on: 'exhausted', when: null, loop: null })],
    ['ends that are groups', { edges: [{ from: { kind: 'group', groupId: 'g' }, to: { kind: 'node', nodeId: 'a' } }] }],
    ['required members', group({ requiredNodeIds: ['a'], onQuorumMet: 'cancelOnQuorum' })],
    ['ids of prototypes', { nodes: [agent('__proto__'), agent('constructor')], ...group({ groupId: '__proto__' }) }],
    ['what was read', { version: 3, status: 'active', createdAt: 1, updatedAt: 2, compiled: {} }],
    ['a scope beside it', { scope: { level: 'document' }, organizationId: 'o', documentId: 'd' }],
    ['a scope twice', { scope: { level: 'organization', organizationId: 'o' }, organizationId: 'o' }],
    ['a deadline of a year', { nodes: [agent('a', {}, { slaMs: 31_622_400_000 })] }],
    ['fifty reviewers', reviewers({ reviewerIds: Array.from({ length: 50 }, (_, i) => `u${i}`) })],
  ])('takes %s', (_name, rest) => {
    expect(parse(rest).error?.issues).toBeUndefined();
  });

  test.each<[string, object, string, RegExp]>([
    [
      'a blocking agent without a policy',
      node({ blocking: true }),
      'nodes.0.config.resolutionPolicy',
      /needs a resolutionPolicy/,
    ],
    [
      'a number of reminders and no time',
      reviewers({ reviewerIds: ['u'], maxReminders: 3 }),
      'nodes.0.config.maxReminders',
      /needs remindAfterMs or remindEveryMs/,
    ],
    [
      'recipients of reminders and no time',
      reviewers({ reviewerIds: ['u'], reminderRecipients: ['a@example.com'] }),
      'nodes.0.config.reminderRecipients',
      /needs remindAfterMs or remindEveryMs/,
    ],
    [
      'a policy of another kind',
      node({ resolutionPolicy: { kind: 'any' } }),
      'nodes.0.config.resolutionPolicy.kind',
      /./,
    ],
    [
      'minResolved without a count',
      node({ blocking: true, resolutionPolicy: { kind: 'minResolved' } }),
      'nodes.0.config.resolutionPolicy.minCount',
      /needs a minCount/,
    ],
    [
      'a count of none',
      node({ resolutionPolicy: { kind: 'minResolved', minCount: 0 } }),
      'nodes.0.config.resolutionPolicy.minCount',
      /./,
    ],
    [
      'a count where all must be resolved',
      node({ resolutionPolicy: { kind: 'allResolved', minCount: 1 } }),
      'nodes.0.config.resolutionPolicy.minCount',
      /belongs to/,
    ],
    [
      'an unknown field of a policy',
      node({ resolutionPolicy: { kind: 'allResolved', quorum: 1 } }),
      'nodes.0.config.resolutionPolicy',
      /quorum/,
    ],
    ['a loop that never runs', edge({ loop: { maxIterations: 0 } }), 'edges.0.loop.maxIterations', /./],
    ['a loop that runs 21 times', edge({ loop: { maxIterations: 21 } }), 'edges.0.loop.maxIterations', /./],
    ['an unknown role', edge({ on: 'timeout' }), 'edges.0.on', /./],
    ['an unknown policy of a group', group({ onQuorumMet: 'race' }), 'groups.0.onQuorumMet', /./],
    ['an id with a space', { nodes: [agent('a b')] }, 'nodes.0.nodeId', /1 to 64/],
    ['no nodes', { nodes: [] }, 'nodes', /./],
    ['an unknown field', { owner: 'me' }, '', /owner/],
    [
      'both lists of reviewers',
      reviewers({ reviewers: [u('a')], reviewerIds: ['a'] }),
      'nodes.0.config.reviewers',
      /^cannot set both reviewerIds and reviewers, use one$/,
    ],
    [
      'no reviewers',
      reviewers({}),
      'nodes.0.config.reviewers',
      /^at least one of reviewerIds or reviewers must be provided$/,
    ],
    ['an empty older list', reviewers({ reviewerIds: [] }), 'nodes.0.config.reviewerIds', /^at least one/],
    [
      'a reviewer twice',
      reviewers({ reviewers: [u('a'), u('a')] }),
      'nodes.0.config.reviewers',
      /^reviewer userIds must be unique$/,
    ],
    [
      'nobody mandatory',
      reviewers({ reviewers: [u('a', false)] }),
      'nodes.0.config.reviewers',
      /^reviewers must include at least one mandatory reviewer$/,
    ],
    ['scopes that differ', { scope: { organizationId: 'o' }, organizationId: 'p' }, 'organizationId', /differs/],
    ['documents that differ', { scope: { documentId: 'o' }, documentId: 'p' }, 'documentId', /differs/],
    [
      'an organization without id',
      { scope: { level: 'organization' } },
      'scope.organizationId',
      /needs an organizationId/,
    ],
    [
      'a document without id',
      { scope: { level: 'document', organizationId: 'o' } },
      'scope.documentId',
      /needs a documentId/,
    ],
    ['more than 512 KiB', { custom: { text: 'x'.repeat(512 * 1024) } }, '', /at most 524288/],
    ['a NUL in an id', node({ agentId: 'a\u0000' }), 'nodes.0.config.agentId', /control characters/],
    ['a urlPath with an empty part', node({ urlPath: 'a..b' }), 'nodes.0.config.urlPath', /dot path/],
  ])('refuses %s', (_name, rest, path, message) => {
    const issues = parse(rest).error?.issues ?? [];
    expect(issues.map((issue) => issue.path.join('.'))).toContain(path);
    expect(issues.map((issue) => issue.message).join('; ')).toMatch(message);
  });

  test('is filled in with every default', () => {
    expect(
      parse({ nodes: [agent('a'), human('h')], edges: [{ from: 'a', to: 'h' }], ...group({}) }).data,
    ).toMatchObject({
      description: null,
      scope: { level: 'apiKey', organizationId: null, documentId: null },
      nodes: [
        {
          config: {
            blocking: false,
            agentMaxRuntimeMs: 600_000,
            requireNonEmptyOutput: false,
            retry: { maxAttempts: 3, initialIntervalMs: 1_000, backoffCoefficient: 2 },
          },
        },
        {},
      ],
      edges: [{ from: 'a', to: 'h', when: null }],
      groups: [{ onQuorumMet: 'waitAll' }],
      triggers: [],
      tags: null,
      custom: null,
    });
  });
});
