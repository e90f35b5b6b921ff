import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EXAMPLE_DEFINITION } from '../../src/api/examples';
import { type ApiHarness, startApiHarness } from './harness';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness({ worker: false });
});
afterAll(() => api.close());

const newId = () => `d-${randomUUID()}`;
const minimal = (rest: object = {}) => ({
  definitionId: newId(),
  name: 'Minimal',
  nodes: [{ nodeId: 'a', type: 'agent', config: { agentId: '__mock__' } }],
  ...rest,
});
const create = (data: unknown) => api.call('definitions/create', data);

describe('definitions/create', () => {
  test('200: the seed example comes back with every field that the seed prints, defaults filled in', async () => {
    const { http, result } = await create({ ...EXAMPLE_DEFINITION, definitionId: newId() });
    expect(http).toBe(200);
    expect(result).toMatchObject({
      name: 'Marketing copy approval',
      description: null,
      version: 1,
      scope: { level: 'apiKey', organizationId: null, documentId: null },
      groups: EXAMPLE_DEFINITION.groups,
      triggers: null,
      tags: null,
      custom: null,
      status: 'active',
    });
    expect(result.edges[0]).toEqual({ from: 'agent-draft', to: 'human-legal', when: null });
    expect(result.nodes[0].config).toEqual({
      agentId: 'copy-agent-v1',
      blocking: false,
      agentMaxRuntimeMs: 600_000,
      requireNonEmptyOutput: false,
      retry: { maxAttempts: 3, initialIntervalMs: 1_000, backoffCoefficient: 2 },
    });
    expect(result.compiled.forwardEdges).toHaveLength(4);
    expect(typeof result.createdAt).toBe('number');
    expect(result.updatedAt).toBe(result.createdAt);
  });

  test("200: the seed's node and edge examples are accepted, and edges come back as authored", async () => {
    const { result } = await create(
      minimal({
        nodes: [
          {
            nodeId: 'brand-check',
            type: 'agent',
            config: { agentId: 'brand-agent-v1', blocking: false, requireNonEmptyOutput: true },
            slaMs: 3600000,
          },
          { nodeId: 'legal-review', type: 'human', config: { reviewerIds: ['u1'] } },
        ],
        edges: [{ from: 'brand-check', to: 'legal-review', when: 'output.passesBrandCheck == true' }],
      }),
    );
    expect(result.edges).toEqual([
      { from: 'brand-check', to: 'legal-review', when: 'output.passesBrandCheck == true' },
    ]);
    expect(result.compiled.forwardEdges[0]).toEqual({
      from: 'brand-check',
      to: 'legal-review',
      role: 'custom',
      when: { op: 'eq', args: [{ var: 'output.passesBrandCheck' }, true] },
    });
  });

  test('200: what was read can be written back under another id, read-only fields and all', async () => {
    const { result } = await create({ ...EXAMPLE_DEFINITION, definitionId: newId() });
    const again = await create({ ...result, definitionId: newId() });
    expect(again.http).toBe(200);
    expect({ ...again.result, definitionId: 0, createdAt: 0, updatedAt: 0 }).toEqual({
      ...result,
      definitionId: 0,
      createdAt: 0,
      updatedAt: 0,
    });
  });

  test('400: a lint failure names every code, in the message and in details.lint', async () => {
    const { http, error } = await create(
      minimal({
        edges: [
          { from: 'a', to: 'b' },
          { from: 'a', to: 'a', on: 'custom' },
        ],
      }),
    );
    expect([http, error.status]).toEqual([400, 'INVALID_ARGUMENT']);
    const codes = error.details.lint.map((finding: { code: string }) => finding.code);
    expect(codes).toEqual(expect.arrayContaining(['dangling-edge', 'cycle-detected', 'edge-custom-requires-when']));
    const [, printed = ''] = /^Definition linter failed: (\[.*\])$/s.exec(error.message) ?? [];
    expect(JSON.parse(printed)).toEqual(error.details.lint);
  });

  test.each([
    ['a bad id', { definitionId: 'No' }],
    ['no nodes', { nodes: [] }],
    ['an unknown node type', { nodes: [{ nodeId: 'a', type: 'robot', config: {} }] }],
    ['an unknown config field', { nodes: [{ nodeId: 'a', type: 'agent', config: { agentId: 'x', extra: 1 } }] }],
    ['a scope without its id', { scope: { level: 'organization' } }],
    [
      '101 nodes',
      { nodes: Array.from({ length: 101 }, (_, i) => ({ nodeId: `n${i}`, type: 'agent', config: { agentId: 'x' } })) },
    ],
    ['over 512 KiB', { custom: { text: 'x'.repeat(524_288) } }],
  ])('400: %s is a schema failure with its issues', async (_what, change) => {
    const { http, error } = await create(minimal(change));
    expect([http, error.status]).toEqual([400, 'INVALID_ARGUMENT']);
    expect(error.details.issues.length).toBeGreaterThan(0);
  });

  test('400: an agent url that the system must not call is refused when it is written', async () => {
    const { http, error } = await create(
      minimal({ nodes: [{ nodeId: 'a', type: 'agent', config: { agentId: 'x', url: 'https://169.254.169.254/' } }] }),
    );
    expect(http).toBe(400);
    expect(error.message).toContain('host resolves to a private, loopback, or link-local address');
  });

  test('409: an id that is taken; of eight racing creates one wins, and its content is what is read', async () => {
    const definitionId = newId();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => create(minimal({ definitionId, name: `Racer ${index}` }))),
    );
    const winners = answers.filter((answer) => answer.http === 200);
    expect(winners).toHaveLength(1);
    for (const { http, error } of answers.filter((answer) => answer.http !== 200)) {
      expect([http, error.status]).toEqual([409, 'ALREADY_EXISTS']);
    }
    const { result } = await api.call('definitions/get', { definitionId });
    expect(result).toEqual(winners[0]!.result);
    expect((await create(minimal({ definitionId }))).http).toBe(409);
  });
});

describe('definitions/get', () => {
  test('200: the current version, and version 1 by number; other ids are ignored', async () => {
    const { result } = await create(minimal());
    const { definitionId } = result;
    expect((await api.call('definitions/get', { definitionId, organizationId: 'o', documentId: null })).result).toEqual(
      result,
    );
    expect((await api.call('definitions/get', { definitionId, version: 1 })).result).toEqual(result);
  });

  test.each([
    ['an unknown id', { definitionId: 'nothing-here' }],
    ['an id that is not well formed', { definitionId: '../../x' }],
    ['an id that would name a record', { definitionId: 'abc/def/v1' }],
  ])('404: %s', async (_what, data) => {
    const { http, error } = await api.call('definitions/get', data);
    expect([http, error.status]).toEqual([404, 'NOT_FOUND']);
  });

  test('404: an unknown version, and the definition of another workspace', async () => {
    const { result } = await create(minimal());
    const { definitionId } = result;
    expect((await api.call('definitions/get', { definitionId, version: 2 })).http).toBe(404);
    expect((await api.call('definitions/get', { definitionId }, { workspace: 'two' })).http).toBe(404);
  });

  test('400: a version that is no number from 1', async () => {
    for (const version of [0, 1.5, '1']) {
      expect((await api.call('definitions/get', { definitionId: 'abc', version })).http).toBe(400);
    }
  });
});
