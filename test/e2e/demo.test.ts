import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { endAll, newPlace, type Place, type Started, startNode } from './processes';

jest.setTimeout(180_000);
let place: Place;
let demo: Started;
let keptPlace: Place;
let kept: Started;
beforeAll(async () => {
  [place, keptPlace] = [await newPlace(), await newPlace()];
  demo = startNode('dist/dev/demo.js', { ...place.env, LOG_LEVEL: '' });
  // Of a Temporal that its user has elsewhere: the demo is of this machine alone.
  const elsewhere = { TEMPORAL_ADDRESS: 'temporal.example:7233', TEMPORAL_API_KEY: 'key', TEMPORAL_TLS: 'true' };
  kept = startNode('dist/dev/demo.js', { ...keptPlace.env, ...elsewhere }, ['--keep']);
});
afterAll(endAll);

describe('npm run demo', () => {
  test('from nothing to signed webhooks: a timeline, links, and exit code 0', async () => {
    const code = await demo.ended;
    const output = demo.output();
    expect([code, code === 0 ? '' : output]).toEqual([0, '']);

    for (const line of [
      /^ *\d+\.\d s {2}client .*definitions\/create: marketing-copy-approval, version 1$/m,
      /client .*executions\/dispatch: exec_campaign-42-dispatch$/m,
      /client .*deduplicated true/,
      /agent .*copy-agent-v1: Drafted/,
      /reviewer .*u_legal_01 approves human-legal: recorded true, step resolved/,
      /reviewer .*u_brand_01 approves human-brand: recorded true, step resolved/,
      /agent .*publish-agent-v1: Published after the approval of human-legal and human-brand/,
      /client .*executions\/get: completed, 4 steps/,
    ]) {
      expect(output).toMatch(line);
    }
    const webhooks = [...output.matchAll(/webhook .*seq +(\d+) {2}(\S+).* (signature ok|SIGNATURE WRONG)$/gm)];
    const events = webhooks.map(([, , event]) => event);
    expect(events[0]).toBe('execution.dispatched');
    expect(events.at(-1)).toBe('execution.completed');
    expect(new Set(webhooks.map(([, , , verdict]) => verdict))).toEqual(new Set(['signature ok']));
    expect(output).toContain(`http://127.0.0.1:${place.env.TEMPORAL_UI_PORT}/namespaces/default/workflows/`);
    expect(output).toContain(`${place.apiUrl}/v2/workflow/`);
    expect(output.split('\n').filter((line) => line.startsWith('{'))).toEqual([]);
    expect(demo.isThere()).toBe(false);
  });

  test('a mistyped option is refused at once, so that nobody waits for what is not kept', async () => {
    const mistyped = startNode('dist/dev/demo.js', {}, ['--kep']);
    expect(await mistyped.ended).toBe(1);
    expect(mistyped.output()).toBe('The demo knows no --kep; npm run demo -- --keep is all it takes.\n');
  });

  test('with --keep it leaves everything running until Ctrl-C, whoever opens the printed addresses', async () => {
    await kept.printed(/Ctrl-C stops it/);
    const [receiver = ''] = /http:\S+\/webhooks/.exec(kept.output()) ?? [];
    expect((await fetch(receiver)).status).toBe(401);
    expect((await fetch(`${keptPlace.apiUrl}/docs`)).status).toBe(200);
    expect(kept.output()).toContain(`${keptPlace.apiUrl}/docs`);
    const response = await fetch(`${keptPlace.apiUrl}/readyz`);
    expect(response.status).toBe(200);
    kept.signal('SIGINT');
    expect(await kept.ended).toBe(0);
    expect(kept.isThere()).toBe(false);
  });
});
