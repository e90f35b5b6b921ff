import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ApiHarness, startApiHarness } from '../harness';
import { minimal, newId, waitsFor } from './sample';

const group = (groupId: string) => ({ groupId, memberNodeIds: ['a'], expectedSteps: 1, quorum: 1 });
const node = (url: string) => ({ nodeId: 'a', type: 'agent', config: { agentId: '__mock__', url } });

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness({ worker: false });
});
afterAll(() => api.close());

const lint = (data: object) => api.call('definitions/lint', data);

describe('definitions/lint', () => {
  test('200: valid, with the compiled form and the warnings; nothing is stored', async () => {
    const definition = { ...waitsFor('ada'), definitionId: newId() };
    const { http, result } = await lint(definition);
    expect(http).toBe(200);
    expect(result).toMatchObject({ valid: true, errors: [], compiled: { forwardEdges: [], loops: [] } });
    expect(result.warnings).toContainEqual(
      expect.objectContaining({ code: 'human-without-reject-route', nodeId: 'review', message: expect.any(String) }),
    );
    expect((await api.call('definitions/get', { definitionId: definition.definitionId })).http).toBe(404);
  });

  test('200: not valid, with everything that create would refuse', async () => {
    const broken = minimal({ edges: [{ from: 'a', to: 'nowhere' }], groups: [group('g'), group('g')] });
    const { result } = await lint(broken);
    expect(result).toMatchObject({ valid: false, compiled: null });
    const refused = (await api.call('definitions/create', broken)).error;
    expect(result.errors).toEqual(refused.details.lint);
    expect(result.errors.length).toBeGreaterThan(1);
  });

  test('200: of an id that exists already', async () => {
    const definition = minimal();
    await api.call('definitions/create', definition);
    expect((await lint(definition)).result.valid).toBe(true);
  });

  test.each([
    ['what the schema refuses', { nodes: [] }],
    ['an unknown field', { ifVersion: 1 }],
    ['an agent url that must not be called', { nodes: [node('http://127.0.0.1/')] }],
    [
      "a receiver's url that must not be called",
      { webhookConfig: { url: 'https://10.0.0.1/', secret: 's'.repeat(16) } },
    ],
  ])('400: %s', async (_what, change) => {
    const { http, error } = await lint(minimal(change));
    expect([http, error.status]).toEqual([400, 'INVALID_ARGUMENT']);
    expect(error.details.issues.length).toBeGreaterThan(0);
  });
});
