import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ERROR_RULES, lintDefinition, WARNING_RULES } from '../../src/definition/lint/lint';
import { definitionCreateSchema } from '../../src/definition/schema';
import { DEMO_DEFINITION } from '../../src/dev/demo-seed';
import { agent, edge, human, MARKETING, type Shape } from '../engine/scene';

const ROOT = join(__dirname, '../..');

function lint(shape: object, registeredAgents?: ReadonlySet<string>) {
  const authored = definitionCreateSchema.parse({ definitionId: 'under-test', name: 'Under test', ...shape });
  return lintDefinition(authored, registeredAgents ? { registeredAgents } : {});
}
const codes = (shape: object) => lint(shape).errors.map((finding) => finding.code);
const warnings = (shape: object, agents?: ReadonlySet<string>) =>
  lint(shape, agents).warnings.map((finding) => finding.code);

const group = (rest: object = {}) => ({
  groupId: 'g',
  memberNodeIds: ['a', 'b'],
  expectedSteps: 2,
  quorum: 2,
  ...rest,
});
const pair: Shape = { nodes: [human('a', ['u']), human('b', ['v'])] };
const joined: Shape = {
  nodes: [human('a', ['u']), human('b', ['v']), agent('next')],
  edges: [edge('a', 'next'), edge('b', 'next')],
  groups: [group({ onQuorumMet: 'joinOnQuorum' })],
};

/** For each rule: definitions that break it, and definitions that come close and do not. */
const ERRORS: Record<string, { broken: object[]; fine: object[] }> = {
  'duplicate-node-id': { broken: [{ nodes: [agent('a'), agent('a')] }], fine: [{ nodes: [agent('a'), agent('A')] }] },
  'dangling-edge': {
    broken: [
      { nodes: [agent('a')], edges: [edge('a', 'ghost')] },
      { nodes: [agent('a')], edges: [edge('ghost', 'a')] },
      { nodes: [agent('a')], edges: [{ from: { kind: 'node', nodeId: 'ghost' }, to: 'a' }] },
    ],
    fine: [{ nodes: [agent('a'), agent('b')], edges: [{ from: { kind: 'node', nodeId: 'a' }, to: 'b' }] }],
  },
  'cycle-detected': {
    broken: [
      { nodes: [agent('a'), agent('b'), agent('c')], edges: [edge('a', 'b'), edge('b', 'c'), edge('c', 'b')] },
      { nodes: [agent('a')], edges: [edge('a', 'a')] },
    ],
    fine: [{ nodes: [agent('a'), agent('b'), agent('c')], edges: [edge('a', 'b'), edge('a', 'c'), edge('b', 'c')] }],
  },
  'edge-reject-cycle-requires-loop': {
    broken: [
      { nodes: [agent('a'), human('b', ['u'])], edges: [edge('a', 'b'), edge('b', 'a', { on: 'reject' })] },
      {
        nodes: [agent('r'), agent('a'), agent('b')],
        edges: [edge('r', 'a'), edge('a', 'b', { on: 'reject' }), edge('b', 'a', { on: 'reject' })],
      },
    ],
    fine: [{ nodes: [human('a', ['u']), agent('b')], edges: [edge('a', 'b', { on: 'reject' })] }],
  },
  'unreachable-node': {
    broken: [{ nodes: [agent('root'), agent('a'), agent('b')], edges: [edge('a', 'b'), edge('b', 'a')] }],
    fine: [{ nodes: [agent('a'), agent('b')] }],
  },
  'no-root-node': {
    broken: [{ nodes: [agent('a'), agent('b')], edges: [edge('a', 'b'), edge('b', 'a')] }],
    fine: [{ nodes: [agent('a'), agent('b')], edges: [edge('a', 'b')] }],
  },
  'node-missing-config': {
    broken: [{ nodes: [{ nodeId: 'a', type: 'agent' }] }, { nodes: [{ nodeId: 'a', type: 'human', config: null }] }],
    fine: [{ nodes: [agent('a')] }],
  },
  'reserved-id': {
    broken: [
      { nodes: [agent('a__to__b')] },
      { nodes: [agent('a_iter_2')] },
      { ...pair, groups: [group({ groupId: 'g__to__h' })] },
    ],
    fine: [{ nodes: [agent('a_to_b'), agent('iter_x'), agent('_iter_2b')] }],
  },
  'group-duplicate-id': {
    broken: [
      { nodes: [...pair.nodes, agent('c'), agent('d')], groups: [group(), group({ memberNodeIds: ['c', 'd'] })] },
    ],
    fine: [{ ...pair, groups: [group()] }],
  },
  'group-members-empty': {
    broken: [{ ...pair, groups: [group({ memberNodeIds: [] })] }],
    fine: [{ ...pair, groups: [group()] }],
  },
  'group-member-missing': {
    broken: [
      { ...pair, groups: [group({ memberNodeIds: ['a', 'ghost'] })] },
      { ...pair, groups: [group({ memberNodeIds: ['a', 'a'] })] },
    ],
    fine: [{ ...pair, groups: [group()] }],
  },
  'group-expected-steps-invalid': {
    broken: [
      { ...pair, groups: [group({ expectedSteps: 0, quorum: 0 })] },
      { ...pair, groups: [group({ expectedSteps: 3 })] },
    ],
    fine: [{ ...pair, groups: [group({ expectedSteps: 1, quorum: 1 })] }],
  },
  'group-quorum-invalid': {
    broken: [
      { ...pair, groups: [group({ quorum: 0 })] },
      { ...pair, groups: [group({ quorum: 3 })] },
    ],
    fine: [{ ...pair, groups: [group({ quorum: 1 })] }],
  },
  'group-joinonquorum-members-must-share-successors': {
    broken: [
      { ...joined, edges: [edge('a', 'next')] },
      { ...joined, nodes: [...joined.nodes, agent('other')], edges: [edge('a', 'next'), edge('b', 'other')] },
    ],
    fine: [joined, { ...joined, groups: [group()] }, { ...pair, groups: [group({ onQuorumMet: 'joinOnQuorum' })] }],
  },
  'group-node-in-multiple-groups': {
    broken: [{ ...pair, groups: [group(), group({ groupId: 'h' })] }],
    fine: [
      {
        nodes: [...pair.nodes, agent('c'), agent('d')],
        groups: [group(), group({ groupId: 'h', memberNodeIds: ['c', 'd'] })],
      },
    ],
  },
  'edge-custom-requires-when': {
    broken: [{ nodes: [agent('a'), agent('b')], edges: [edge('a', 'b', { on: 'custom' })] }],
    fine: [{ nodes: [agent('a'), agent('b')], edges: [edge('a', 'b', { on: 'custom', when: 'true' })] }],
  },
  'edge-when-only-for-custom': {
    broken: [{ nodes: [agent('a'), agent('b')], edges: [edge('a', 'b', { on: 'approve', when: 'true' })] }],
    fine: [{ nodes: [agent('a'), agent('b')], edges: [edge('a', 'b', { when: 'true' })] }],
  },
  'edge-when-invalid': {
    broken: [{ nodes: [agent('a'), agent('b')], edges: [edge('a', 'b', { when: 'output.a ==' })] }],
    fine: [{ nodes: [agent('a'), agent('b')], edges: [edge('a', 'b', { when: '{"op":"not","args":[true]}' })] }],
  },
  'node-type-not-supported': {
    broken: [{ nodes: [{ nodeId: 'a', type: 'notification', config: {} }] }],
    fine: [{ nodes: [agent('a'), human('b', ['u'])] }],
  },
  'loop-not-supported': {
    broken: [
      {
        nodes: [agent('a'), human('b', ['u'])],
        edges: [edge('a', 'b'), edge('b', 'a', { on: 'reject', loop: { maxIterations: 2 } })],
      },
      { nodes: [agent('a'), agent('b')], edges: [edge('a', 'b', { on: 'exhausted' })] },
    ],
    fine: [{ nodes: [agent('a'), agent('b')], edges: [edge('a', 'b', { on: 'reject', loop: null })] }],
  },
  'group-policy-not-supported': {
    broken: [{ ...pair, groups: [group({ onQuorumMet: 'cancelOnQuorum', quorum: 1 })] }],
    fine: [{ ...pair, groups: [group({ onQuorumMet: 'waitAll' })] }],
  },
  'group-required-nodes-not-supported': {
    broken: [{ ...pair, groups: [group({ requiredNodeIds: ['a'] })] }],
    fine: [{ ...pair, groups: [group({ requiredNodeIds: null })] }],
  },
  'group-endpoint-not-supported': {
    broken: [{ ...joined, edges: [...(joined.edges ?? []), { from: { kind: 'group', groupId: 'g' }, to: 'next' }] }],
    fine: [joined],
  },
  'agent-blocking-not-supported': {
    broken: [
      { nodes: [agent('a', { blocking: true })] },
      { nodes: [agent('a', { resolutionPolicy: { kind: 'allResolved' } })] },
    ],
    fine: [{ nodes: [agent('a', { blocking: false })] }],
  },
  'triggers-not-supported': {
    broken: [{ nodes: [agent('a')], triggers: [{ triggerId: 't' }] }],
    fine: [{ nodes: [agent('a')], triggers: [] }],
  },
  'webhook-config-not-supported': {
    broken: [{ nodes: [agent('a')], webhookConfig: { url: 'https://a.acme.com', secret: '0123456789abcdef' } }],
    fine: [{ nodes: [agent('a')], webhookConfig: null }],
  },
};

const WARNINGS: Record<string, { broken: object[]; fine: object[] }> = {
  'missing-breach-edge': {
    broken: [
      { nodes: [agent('a', {}, { slaMs: 5 })] },
      { nodes: [agent('a', {}, { slaMs: 5 }), agent('b')], edges: [edge('a', 'b')] },
    ],
    fine: [
      {
        nodes: [agent('a', {}, { slaMs: 5 }), agent('b')],
        edges: [edge('a', 'b', { when: 'step.status == "breached"' })],
      },
      { nodes: [agent('a')] },
    ],
  },
  'human-without-reject-route': {
    broken: [{ nodes: [human('a', ['u'])] }],
    fine: [
      { nodes: [human('a', ['u']), agent('b')], edges: [edge('a', 'b', { on: 'reject' })] },
      { ...pair, groups: [group()] },
    ],
  },
  'always-edge-from-human': {
    broken: [{ nodes: [human('a', ['u']), agent('b')], edges: [edge('a', 'b', { on: 'always' })] }],
    fine: [{ nodes: [human('a', ['u']), agent('b')], edges: [edge('a', 'b')] }],
  },
  'always-edge-on-failure-prone': {
    broken: [{ nodes: [agent('a'), agent('b')], edges: [edge('a', 'b', { on: 'always' })] }],
    fine: [{ nodes: [human('a', ['u']), agent('b')], edges: [edge('a', 'b', { on: 'always' })] }],
  },
  'agent-not-registered': { broken: [{ nodes: [agent('unknown')] }], fine: [{ nodes: [agent('known')] }] },
  'step-explosion': {
    broken: [diamonds(10)],
    fine: [diamonds(7), diamonds(10, 'joinOnQuorum')],
  },
  'waitall-members-share-successor': { broken: [{ ...joined, groups: [group()] }], fine: [joined] },
  'joinonquorum-member-edge-unreachable': {
    broken: [
      {
        ...joined,
        nodes: [...joined.nodes, agent('fix')],
        edges: [...(joined.edges ?? []), edge('a', 'fix', { on: 'reject' }), edge('b', 'fix')],
      },
    ],
    fine: [joined],
  },
};
const KNOWN: ReadonlySet<string> = new Set(['known-agent']);

describe.each(Object.entries(ERRORS))('the error %s', (code, { broken, fine }) => {
  test.each(broken.map((shape) => [JSON.stringify(shape).slice(0, 90), shape]))('is found in %s', (_text, shape) => {
    const finding = lint(shape as object).errors.find((it) => it.code === code);
    expect(finding).toMatchObject({ code, path: expect.stringMatching(/^\w/), message: expect.stringMatching(/\.$/) });
    expect(lint(shape as object).compiled).toBeNull();
  });
  test.each(fine.map((shape) => [JSON.stringify(shape).slice(0, 90), shape]))('is not found in %s', (_text, shape) => {
    expect(codes(shape as object)).not.toContain(code);
  });
});

describe.each(Object.entries(WARNINGS))('the warning %s', (code, { broken, fine }) => {
  test.each(broken.map((shape) => [JSON.stringify(shape).slice(0, 90), shape]))(
    'is given for %s, which is accepted',
    (_text, shape) => {
      expect(warnings(shape as object, KNOWN)).toContain(code);
      expect(codes(shape as object)).toEqual([]);
    },
  );
  test.each(fine.map((shape) => [JSON.stringify(shape).slice(0, 90), shape]))('is not given for %s', (_text, shape) => {
    expect(warnings(shape as object, KNOWN)).not.toContain(code);
  });
});

describe('the linter', () => {
  test('knows every rule file, tests every rule, and has a document for it', () => {
    const files = readdirSync(join(ROOT, 'src/definition/lint/rules')).map((name) => name.replace(/\.ts$/, ''));
    const listed = [...ERROR_RULES, ...WARNING_RULES].map((rule) => rule.code);
    expect([...listed].sort()).toEqual(files.sort());
    expect(Object.keys(ERRORS).sort()).toEqual(ERROR_RULES.map((rule) => rule.code).sort());
    expect(Object.keys(WARNINGS).sort()).toEqual(WARNING_RULES.map((rule) => rule.code).sort());
    for (const code of listed) {
      const path = join(ROOT, 'docs/lint', `${code}.md`);
      expect([code, existsSync(path)]).toEqual([code, true]);
      expect(readFileSync(path, 'utf8')).toMatch(new RegExp(`^# ${code}\n`));
    }
  });

  test('accepts the seed example as it stands', () => {
    expect(codes(DEMO_DEFINITION)).toEqual([]);
    expect(codes(MARKETING)).toEqual([]);
  });

  test('reports everything that is wrong at once', () => {
    expect(
      codes({
        nodes: [agent('a'), agent('a'), { nodeId: 'b', type: 'human' }],
        edges: [edge('a', 'ghost'), edge('a', 'b', { on: 'custom' })],
        groups: [group({ quorum: 9, memberNodeIds: ['ghost'] })],
      }),
    ).toEqual(
      expect.arrayContaining([
        'duplicate-node-id',
        'node-missing-config',
        'dangling-edge',
        'edge-custom-requires-when',
        'group-quorum-invalid',
        'group-member-missing',
      ]),
    );
  });

  test('shows the cycle', () => {
    const { errors } = lint({
      nodes: [agent('a'), agent('b'), agent('c')],
      edges: [edge('a', 'b'), edge('b', 'c'), edge('c', 'b')],
    });
    expect(errors.find((finding) => finding.code === 'cycle-detected')?.message).toContain('b -> c -> b');
  });

  test('never throws, whatever graph the schema lets through', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd__to__e', 'x_iter_1');
    const anyNode = fc.record({
      nodeId: id,
      type: fc.constantFrom('agent', 'human', 'webhook'),
      slaMs: fc.option(fc.integer({ min: 1, max: 9 })),
    });
    const config: Record<string, object> = { agent: { agentId: 'x' }, human: { reviewerIds: ['u'] }, webhook: {} };
    const anyEdge = fc.record({
      from: fc.oneof(
        id,
        id.map((groupId) => ({ kind: 'group', groupId })),
      ),
      to: id,
      on: fc.option(fc.constantFrom('always', 'approve', 'reject', 'custom', 'exhausted')),
      when: fc.option(fc.constantFrom('true', 'output.a', 'nonsense(')),
      loop: fc.option(fc.constant({ maxIterations: 2 })),
    });
    const anyGroup = fc.record({
      groupId: id,
      memberNodeIds: fc.array(id, { maxLength: 4 }),
      expectedSteps: fc.integer({ min: -1, max: 5 }),
      quorum: fc.integer({ min: -1, max: 5 }),
      onQuorumMet: fc.constantFrom('waitAll', 'joinOnQuorum', 'cancelOnQuorum'),
    });
    const shape = fc.record({
      nodes: fc.array(anyNode, { minLength: 1, maxLength: 6 }),
      edges: fc.array(anyEdge, { maxLength: 10 }),
      groups: fc.array(anyGroup, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(shape, fc.boolean(), (drawn, hasConfig) => {
        const nodes = drawn.nodes.map((node) => (hasConfig ? { ...node, config: config[node.type] } : node));
        const { errors, compiled, draft } = lint({ ...drawn, nodes });
        expect(compiled === null).toBe(errors.length > 0);
        expect(draft === null).toBe(errors.length > 0);
        for (const finding of errors) expect(finding.path).not.toBe('');
      }),
      { numRuns: 1_000 },
    );
  });
});

/** `count` diamonds in a row: two paths each, so two to the count ways through, unless each diamond joins. */
function diamonds(count: number, onQuorumMet?: string): Shape {
  const nodes: object[] = [agent('n0')];
  const edges: object[] = [];
  const groups: object[] = [];
  for (let i = 0; i < count; i++) {
    nodes.push(agent(`l${i}`), agent(`r${i}`), agent(`n${i + 1}`));
    edges.push(edge(`n${i}`, `l${i}`), edge(`n${i}`, `r${i}`), edge(`l${i}`, `n${i + 1}`), edge(`r${i}`, `n${i + 1}`));
    const members = { memberNodeIds: [`l${i}`, `r${i}`], expectedSteps: 2, quorum: 2 };
    if (onQuorumMet) groups.push({ groupId: `g${i}`, ...members, onQuorumMet });
  }
  return { nodes, edges, groups };
}
