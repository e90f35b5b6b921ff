import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type EmbeddedTemporal, startEmbeddedTemporal } from '../../src/dev/embedded-temporal';
import { findTemporalCli } from '../../src/dev/temporal-cli';
import { endAll, newPlace, type Place, startNode, until } from './processes';
import { ONE_AGENT, user } from './user';

jest.setTimeout(180_000);
let place: Place;
let temporal: EmbeddedTemporal | null = null;
beforeAll(async () => {
  place = await newPlace();
});
afterAll(async () => {
  await endAll();
  await temporal?.stop();
});

describe('start:api and start:worker', () => {
  test('start without Temporal, name what is missing, work when it comes, and outlive its end and each other', async () => {
    const env = { ...place.env, TEMPORAL_ADDRESS: place.temporalAddress, AGENTS_FILE: slowAgentFile(place.dataDir) };
    const someone = user(place.apiUrl);
    const api = startNode('dist/api/main.js', env);
    const worker = startNode('dist/worker/main.js', env);
    await until(async () => (await someone.readyz()) !== null);
    expect(await someone.readyz()).toEqual({
      http: 503,
      missing: expect.arrayContaining(['Temporal cannot be reached.']),
    });
    expect((await fetch(`${place.apiUrl}/healthz`)).status).toBe(200);
    const early = await someone.answer('definitions/create', ONE_AGENT);
    expect([early.http, early.body.error.status]).toEqual([503, 'UNAVAILABLE']);
    // An error of the connection does not tell that TLS was forgotten, or is too much.
    await worker.printed(/"tls":"off".*Temporal cannot be reached yet/);
    await api.printed(/"tls":"off".*search attributes not registered yet/);

    // A worker that still waits for Temporal hears its signal.
    worker.signal('SIGINT');
    expect(await worker.ended).toBe(0);

    temporal = await startTemporal();
    await until(async () => (await someone.readyz())?.missing.some((it) => /No worker polls/.test(it)) === true);
    const workers = [startNode('dist/worker/main.js', env), startNode('dist/worker/main.js', env)];
    await someone.ready();

    // The agent of one-slow-agent hangs in the process that calls it first; that process is killed.
    await someone.call('definitions/create', ONE_SLOW_AGENT);
    const { executionId } = await someone.call('executions/dispatch', { definitionId: ONE_SLOW_AGENT.definitionId });
    const called = () => workers.find((it) => /agent called/.test(it.output()));
    await until(() => called() !== undefined);
    const victim = called();
    const killedAt = Date.now();
    victim?.signal('SIGKILL');
    const view = await someone.ended(executionId);
    process.stderr.write(`a worker's death cost ${Date.now() - killedAt} ms\n`);
    expect(view).toMatchObject({ status: 'completed', steps: [{ output: { attempt: 2 } }] });
    expect(view.steps[0].output.idempotencyKey).toBe(`${executionId}:${view.steps[0].stepId}`);

    // Both drain at SIGTERM, the worker after it lost Temporal: it has said so once, in JSON like all that it says.
    api.signal('SIGTERM');
    expect(await api.ended).toBe(0);
    const survivor = workers.find((it) => it !== victim);
    const elsewhere = startNode('dist/worker/main.js', { ...env, TEMPORAL_NAMESPACE: 'nowhere' });
    expect(await elsewhere.ended).toBe(1);
    expect(elsewhere.output()).toMatch(
      /^TEMPORAL_NAMESPACE is "nowhere", and Temporal has no such namespace; create it/m,
    );

    await temporal.stop();
    await survivor?.printed(/calls to Temporal fail and are repeated/);
    survivor?.signal('SIGTERM');
    expect(await survivor?.ended).toBe(0);
    const lines = (survivor?.output() ?? '').split('\n').filter((line) => line !== '' && line !== 'agent called');
    const said = lines.map((line): { msg: string } => JSON.parse(line));
    expect(said.filter(({ msg }) => /^calls to Temporal/.test(msg))).toHaveLength(1);
  });

  test.each([
    ['API_KEYS_FILE', {}],
    ['SECRET_KEYS', { API_KEYS_FILE: join(__dirname, '../../config/api-keys.example.json') }],
  ])('in production mode refuse to start without %s, in one sentence that names it', async (name, env) => {
    const scripts = ['dist/api/main.js', 'dist/worker/main.js', 'dist/main.js'];
    const refused = scripts.map((script) => startNode(script, { ...place.env, ...env, NODE_ENV: 'production' }));
    for (const each of refused) {
      expect(await each.ended).toBe(1);
      expect(each.output()).toMatch(new RegExp(`^${name} must be set in production mode.*\\n$`));
    }
  });

  test('a worker refuses an agent module that does not load, in one sentence that names it', async () => {
    const path = join(place.dataDir, 'broken.js');
    writeFileSync(path, 'this is no JavaScript');
    const agentsFile = join(place.dataDir, 'broken.json');
    writeFileSync(agentsFile, JSON.stringify({ agents: { broken: { kind: 'module', path } } }));
    const refused = startNode('dist/worker/main.js', { ...place.env, AGENTS_FILE: agentsFile });
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toMatch(/^AGENTS_FILE: agent "broken": .*broken\.js does not load: SyntaxError: .*\n$/);
  });
});

const ONE_SLOW_AGENT = {
  definitionId: 'one-slow-agent',
  name: 'One slow agent',
  nodes: [{ nodeId: 'slow', type: 'agent', config: { agentId: 'slow-agent', retry: { maxAttempts: 1 } } }],
  edges: [],
};

/** Its first attempt never ends. */
function slowAgentFile(folder: string): string {
  writeFileSync(
    join(folder, 'slow-agent.js'),
    `module.exports = async ({ attempt, idempotencyKey }) => {
      console.log('agent called');
      if (attempt === 1) await new Promise(() => {});
      return { attempt, idempotencyKey };
    };`,
  );
  const path = join(folder, 'agents.json');
  writeFileSync(path, JSON.stringify({ agents: { 'slow-agent': { kind: 'module', path: './slow-agent.js' } } }));
  return path;
}

async function startTemporal(): Promise<EmbeddedTemporal> {
  const cliPath = await findTemporalCli({ configuredPath: process.env.TEMPORAL_CLI_PATH ?? null, say: () => {} });
  return startEmbeddedTemporal({
    cliPath,
    dataDir: place.dataDir,
    port: Number(place.env.TEMPORAL_PORT),
    uiPort: Number(place.env.TEMPORAL_UI_PORT),
    namespace: 'default',
    say: () => {},
  });
}
