import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { EXAMPLE_DEFINITION } from '../../src/api/examples';
import { endAll, isAlive, killTree, newPlace, npmStart, startNode, temporalPid } from './processes';
import { ONE_AGENT, user } from './user';

jest.setTimeout(180_000);
afterAll(endAll);

describe('npm start', () => {
  test('a kill -9 of everything in the middle of a flow loses nothing: the approval is there, the flow goes on', async () => {
    const place = await newPlace();
    const someone = user(place.apiUrl);
    const startedAt = Date.now();
    const first = npmStart(place.env);
    await first.printed(/Countersign is ready/);
    const readyAfterMs = Date.now() - startedAt;
    const warmUp = await someone.call('executions/dispatch', {
      definitionId: (await someone.call('definitions/create', ONE_AGENT)).definitionId,
    });
    await someone.ended(warmUp.executionId);
    const finishedAfterMs = Date.now() - startedAt;
    process.stderr.write(
      `npm start: ready after ${readyAfterMs} ms, first finished flow after ${finishedAfterMs} ms\n`,
    );
    await someone.call('definitions/create', EXAMPLE_DEFINITION);
    const { executionId } = await someone.call('executions/dispatch', {
      definitionId: EXAMPLE_DEFINITION.definitionId,
      idempotencyKey: 'survivor',
    });
    const legal = await someone.waiting(executionId, 'human-legal');
    const decision = { executionId, stepId: legal.stepId, reviewerId: 'u_legal_01', decision: 'approve' };
    expect((await someone.call('steps/recordReviewerDecision', decision)).recorded).toBe(true);
    await killTree(first, place);

    const second = startNode('dist/main.js', place.env);
    await second.printed(/Countersign is ready/);
    const view = await someone.call('executions/get', { executionId });
    expect(view.steps.find((step: any) => step.stepId === legal.stepId)).toMatchObject({
      status: 'completed',
      output: { decision: 'approve', responses: [{ reviewerId: 'u_legal_01', decision: 'approve' }] },
    });
    const again = await someone.call('executions/dispatch', {
      definitionId: EXAMPLE_DEFINITION.definitionId,
      idempotencyKey: 'survivor',
    });
    expect(again).toMatchObject({ executionId, deduplicated: true });
    const brand = await someone.waiting(executionId, 'human-brand');
    await someone.call('steps/recordReviewerDecision', {
      executionId,
      stepId: brand.stepId,
      reviewerId: 'u_brand_01',
      decision: 'approve',
    });
    expect(await someone.ended(executionId)).toMatchObject({ status: 'completed' });

    // Only the parent dies: its Temporal server is left behind, and the next start deals with it.
    const leftBehind = temporalPid(place.dataDir);
    second.signal('SIGKILL');
    await second.ended;
    expect(isAlive(leftBehind)).toBe(true);
    const third = npmStart({ ...place.env, COLUMNS: '40' });
    await third.printed(/left behind/);
    await third.printed(/Countersign is ready/);
    expect(isAlive(leftBehind)).toBe(false);
    expect((await someone.call('executions/get', { executionId })).status).toBe('completed');

    // Ctrl-C, with a client's connection open and an execution under way.
    const open = await someone.call('executions/dispatch', { definitionId: EXAMPLE_DEFINITION.definitionId });
    const server = temporalPid(place.dataDir);
    third.signal('SIGINT');
    await third.ended;
    expect([third.isThere(), isAlive(server)]).toEqual([false, false]);

    const fourth = startNode('dist/main.js', place.env);
    await fourth.printed(/Countersign is ready/);
    await someone.waiting(open.executionId, 'human-brand');
  });

  test('a SIGTERM to npm alone, as a supervisor sends it, stops everything in order', async () => {
    const place = await newPlace();
    const started = npmStart(place.env);
    await started.printed(/Countersign is ready/);
    const server = temporalPid(place.dataDir);
    process.kill(started.pid, 'SIGTERM');
    expect(await started.ended).toBe(0);
    expect([started.isThere(), isAlive(server)]).toEqual([false, false]);
  });
});
