import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { findTemporalCli } from '../../src/dev/temporal-cli';
import {
  endAll,
  isAlive,
  killOne,
  newPlace,
  type Place,
  type Started,
  startNode,
  temporalPid,
  until,
} from './processes';
import { REVIEW_THEN_PUBLISH, type User, user } from './user';

jest.setTimeout(180_000);
let place: Place;
let server: Started;
let someone: User;
let gate: string;
beforeAll(async () => {
  place = await newPlace();
  gate = join(place.dataDir, 'gate');
  server = startNode('dist/main.js', { ...place.env, TEMPORAL_CLI_PATH: await gatedCli(place.dataDir) });
  await server.printed(/Countersign is ready/);
  someone = user(place.apiUrl);
});
afterAll(endAll);

describe('the embedded Temporal server', () => {
  test('is started again when it dies, once, however often that fails; readiness says so, and a flow goes on', async () => {
    const { definitionId } = await someone.call('definitions/create', REVIEW_THEN_PUBLISH);
    const { executionId } = await someone.call('executions/dispatch', { definitionId });
    const { stepId } = await someone.waiting(executionId, 'review');

    writeFileSync(gate, 'closed\n');
    killOne(temporalPid(place.dataDir));
    const restarting = 'The Temporal server is being restarted.';
    await until(async () => (await someone.readyz())?.missing.includes(restarting) === true);
    writeFileSync(gate, 'broken\n');
    await server.printed(/The Temporal server does not start/, 2);
    rmSync(gate);
    await server.printed(/The Temporal server serves again/);
    await someone.ready();

    const decision = { executionId, stepId, reviewerId: 'ada', decision: 'approve' };
    await until(async () => (await someone.answer('steps/recordReviewerDecision', decision)).http === 200);
    expect((await someone.ended(executionId)).status).toBe('completed');
    expect(server.output().match(/serves again/g)).toHaveLength(1);

    // As a terminal that is closed sends it.
    const pid = temporalPid(place.dataDir);
    server.signal('SIGHUP');
    expect(await server.ended).toBe(0);
    expect([server.isThere(), isAlive(pid)]).toEqual([false, false]);
  });
});

/** The CLI behind a gate: with a `closed` gate it waits before it starts, with a `broken` one it fails at once. */
async function gatedCli(folder: string): Promise<string> {
  const cli = await findTemporalCli({ configuredPath: process.env.TEMPORAL_CLI_PATH ?? null, say: () => {} });
  const path = join(folder, 'gated-temporal');
  const script = `#!/bin/sh
[ "$1" = --version ] && exec "${cli}" "$@"
while [ -e "${join(folder, 'gate')}" ]; do
  read -r kind < "${join(folder, 'gate')}"
  [ "$kind" = broken ] && exit 3
  sleep 0.05
done
exec "${cli}" "$@"
`;
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return path;
}
