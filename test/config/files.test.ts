import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { FinalAgentError } from '../../src/activities/agents/agent';
import { loadAgents } from '../../src/activities/agents/registry';
import { readAgentsFile } from '../../src/config/agents-file';
import { readApiKeysFile } from '../../src/config/api-keys-file';
import { credentialsOf } from '../../src/config/dialect-access';

const folder = mkdtempSync(join(tmpdir(), 'countersign-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const EXAMPLES = join(__dirname, '../../config');
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function file(content: unknown): string {
  const path = join(folder, 'file.json');
  const isText = typeof content === 'string' || content instanceof Uint8Array;
  writeFileSync(path, isText ? content : JSON.stringify(content));
  return path;
}

const entry = (changes: object = {}) => ({
  workspace: 'acme',
  apiKey: 'an-api-key-of-acme',
  tokens: [{ name: 'ci', sha256: sha256('token') }],
  dialects: ['conductor', 'flowker'],
  ...changes,
});

describe('API_KEYS_FILE', () => {
  test('a workspace may have several keys, and each key its own tokens', () => {
    const tokens = [{ name: 'other', sha256: sha256('other-token').toUpperCase() }];
    const keys = readApiKeysFile(file({ workspaces: [entry(), entry({ apiKey: 'a-second-key', tokens })] }));
    expect(keys.authenticate('an-api-key-of-acme', 'token')).toEqual({
      kind: 'ok',
      workspace: 'acme',
      tokenName: 'ci',
    });
    expect(keys.authenticate('a-second-key', 'other-token')).toMatchObject({ kind: 'ok', workspace: 'acme' });
    expect(keys.authenticate('a-second-key', 'token').kind).toBe('unknown-token');
    expect(keys.authenticate('no-such-key', 'token').kind).toBe('unknown-key');
    expect(keys.authenticate('an-api-key-of-acme', sha256('token')).kind).toBe('unknown-token');
  });

  test('a dialect knows its callers by one credential, and only those who may use it', () => {
    const tokens = [{ name: 'other', sha256: sha256('other-token') }];
    const { dialects } = readApiKeysFile(
      file({ workspaces: [entry(), entry({ workspace: 'closed', apiKey: 'a-second-key', tokens, dialects: [] })] }),
    );
    const caller = { workspace: 'acme', apiKey: 'an-api-key-of-acme' };
    expect(dialects.ofToken('token')).toEqual({ ...caller, tokenName: 'ci' });
    expect(dialects.ofApiKey('an-api-key-of-acme')).toMatchObject(caller);
    expect(dialects.ofCredentials(credentialsOf('an-api-key-of-acme', 'token'))).toMatchObject(caller);
    expect(dialects.ofCredentials(credentialsOf('a-second-key', 'token'))).toBeNull();
    for (const token of ['other-token', 'nothing', sha256('token')]) expect(dialects.ofToken(token)).toBeNull();
    expect(dialects.ofApiKey('a-second-key')).toBeNull();
    expect(dialects.anonymous()).toBeNull();
  });

  test('the example that ships is well formed', () => {
    expect(() => readApiKeysFile(join(EXAMPLES, 'api-keys.example.json'))).not.toThrow();
  });

  test.each<[string, unknown, RegExp]>([
    ['is not JSON', '{ workspaces', /is not valid JSON/],
    ['has no workspaces', { workspaces: [] }, /workspaces: /],
    ['has a field that nobody knows', { workspaces: [entry({ apikey: 'x' })] }, /workspaces\.0: .*apikey/],
    ['has a workspace in capitals', { workspaces: [entry({ workspace: 'Acme' })] }, /workspaces\.0\.workspace: /],
    [
      'has a token in the clear',
      { workspaces: [entry({ tokens: [{ name: 'ci', sha256: 'token' }] })] },
      /tokens\.0\.sha256: .*hex SHA-256/,
    ],
    ['has no token', { workspaces: [entry({ tokens: [] })] }, /tokens: /],
    [
      'has a token that would stand for two workspaces',
      { workspaces: [entry(), entry({ workspace: 'other', apiKey: 'a-second-key' })] },
      /the token "ci" stands in the workspaces "acme" and "other"/,
    ],
    ['has an unknown dialect', { workspaces: [entry({ dialects: ['klingon'] })] }, /dialects\.0: /],
    [
      'has an API key that no header carries',
      { workspaces: [entry({ apiKey: ' an-api-key-of-acme' })] },
      /workspaces\.0\.apiKey: an apiKey stands in a header: no control characters, none beyond U\+00FF, and no blanks/,
    ],
    ['has a short API key', { workspaces: [entry({ apiKey: 'short' })] }, /apiKey: must have at least 8 characters/],
    ['is a list', [], /the top: must be an object, and is a list/],
    [
      'has a list of tokens twice',
      JSON.stringify({ workspaces: [entry()] }).replace('"tokens":', '"tokens":[],"tokens":'),
      /: in .*, an object has the key "tokens" twice; each may stand there once\.$/,
    ],
    [
      'has a list of tokens twice, once with an escape',
      JSON.stringify({ workspaces: [entry()] }).replace('"tokens":', '"toke\\u006es":[],"tokens":'),
      /the key "tokens" twice/,
    ],
    ['is UTF-16', Buffer.from(JSON.stringify({ workspaces: [entry()] }), 'utf16le'), /is not valid JSON/],
    ['is Latin-1', Buffer.from(JSON.stringify({ workspaces: [entry({ workspace: 'é' })] }), 'latin1'), /is not UTF-8/],
    ['has an API key twice', { workspaces: [entry(), entry({ workspace: 'other' })] }, /stands in .* twice/],
  ])('that %s is refused by name and place', (_what, content, message) => {
    const path = file(content);
    expect(() => readApiKeysFile(path)).toThrow(message);
    expect(() => readApiKeysFile(path)).toThrow(/^API_KEYS_FILE: /);
  });

  test('may begin with a byte order mark', () => {
    const path = file(`\uFEFF${JSON.stringify({ workspaces: [entry()] })}`);
    expect(readApiKeysFile(path).workspaceOf('an-api-key-of-acme')).toBe('acme');
  });

  test('that is not there is told by its path', () => {
    expect(() => readApiKeysFile('/nowhere/keys.json')).toThrow(/^API_KEYS_FILE names \/nowhere\/keys\.json.*ENOENT/);
  });
});

describe('AGENTS_FILE', () => {
  test('the example that ships loads, and its agent works', async () => {
    const entries = readAgentsFile(join(EXAMPLES, 'agents.example.json'));
    const agent = (await loadAgents(entries)).find('brand-agent-v1');
    const call = { input: { body: 'A cheap trick' }, triggerContext: {}, idempotencyKey: 'key' };
    expect(await agent?.(call as never, { signal: new AbortController().signal })).toMatchObject({
      passesBrandCheck: false,
      idempotencyKey: 'key',
    });
  });

  test('adds to the agents that are built in, and may replace the examples', async () => {
    writeFileSync(join(folder, 'mine.js'), 'exports.agent = () => ({ mine: true });');
    const module = { kind: 'module', path: './mine.js' };
    const entries = readAgentsFile(file({ agents: { mine: module, 'copy-agent-v1': module } }));
    expect(entries).toMatchObject([{ quick: false }, { quick: false }]);
    const registry = await loadAgents(entries);
    for (const agentId of ['mine', 'copy-agent-v1'])
      expect(registry.find(agentId)?.({} as never, {} as never)).toEqual({ mine: true });
    for (const agentId of ['publish-agent-v1', '__mock__', '__mock__:reject', '__mock__:fail']) {
      expect(registry.find(agentId)).not.toBeNull();
    }
    expect(registry.find('nobody')).toBeNull();
  });

  test('an agent that moved to a task queue fails for good where it was before, and says what to do', async () => {
    const moved = { kind: 'taskQueue', agentId: 'moved', taskQueue: 'python-agents', activity: 'run' } as const;
    const agent = (await loadAgents([moved])).find('moved');
    expect(() => agent?.({} as never, {} as never)).toThrow(
      /task queue "python-agents" now; give an agent that moves a new id/,
    );
    expect(() => agent?.({} as never, {} as never)).toThrow(FinalAgentError);
  });

  test.each<[string, unknown, RegExp]>([
    [
      'has a user in the URL of its endpoint, who would not be sent',
      { kind: 'http', url: 'https://user:word@agents.acme.com/', secret: 'a-secret-of-16-characters' },
      /agents\.it\.url: must have no user name or password/,
    ],
    [
      'has no URL for its endpoint',
      { kind: 'http', url: 'agents.acme.com', secret: 'a-secret-of-16-characters' },
      /agents\.it\.url: must be an http or https URL/,
    ],
    [
      'names a module that is not there',
      { kind: 'module', path: './gone.js' },
      /agent "it" names .*gone\.js, which does not exist/,
    ],
    ['has an unknown kind', { kind: 'telepathy' }, /agents\.it\.kind: must be one of "module", "http", "taskQueue"/],
    ['has a misspelt field', { kind: 'module', path: './mine.js', quik: true }, /agents\.it.*quik/],
    [
      "names a task queue of Temporal's own",
      { kind: 'taskQueue', taskQueue: '/_sys/go-agents', activity: 'a' },
      /agents\.it\.taskQueue: must be a name of 1 to 200 characters that does not begin with \/_sys\//,
    ],
    ['has no path', { kind: 'module' }, /agents\.it\.path/],
  ])("that %s is refused by the agent's name", (_what, agent, message) => {
    const path = file({ agents: { it: agent } });
    expect(() => readAgentsFile(path)).toThrow(message);
    expect(() => readAgentsFile(path)).toThrow(/^AGENTS_FILE: /);
  });

  test.each([
    ['an agent twice', '{"agents":{"its":AGENT,"it":AGENT,"it":AGENT}}', /an object has the key "it" twice/],
    ['its agents twice', '{"agents":{"it":AGENT},"agents":{}}', /an object has the key "agents" twice/],
    [
      'an agent of a name that no object keeps',
      '{"agents":{"__proto__":AGENT}}',
      /the key "__proto__" is not accepted/,
    ],
  ])('that has %s is refused, and no agent is gone without a word', (_what, text, message) => {
    const agent = '{"kind":"taskQueue","taskQueue":"it","activity":"agents"}';
    const path = file(text.replaceAll('AGENT', agent));
    expect(() => readAgentsFile(path)).toThrow(message);
    expect(() => readAgentsFile(path)).toThrow(/^AGENTS_FILE: in /);
  });

  test.each(['__mock__', '__mock__:reject', '__mock__:fail'])(
    'an agent called %s is refused: graphs are tried with the built-in one',
    (agentId) => {
      const path = file({ agents: { [agentId]: { kind: 'taskQueue', taskQueue: 'q', activity: 'a' } } });
      expect(() => readAgentsFile(path)).toThrow(
        `AGENTS_FILE: agent "${agentId}" is built in and cannot be replaced: graphs are tried with it; give yours another id.`,
      );
    },
  );

  test('an agentId that is too long is told how long it may be', () => {
    const path = file({ agents: { ['a'.repeat(129)]: { kind: 'taskQueue', taskQueue: 'q', activity: 'a' } } });
    expect(() => readAgentsFile(path)).toThrow(/: its name must have at most 128 characters\.$/);
  });

  test.each([
    ['does not parse', 'this is no JavaScript', /agent "it": .*does not load: \w*Error: /],
    ['throws when it loads', 'throw new Error("no licence")', /does not load: Error: no licence/],
    ['exports no function', 'exports.agent = 7', /must export the agent's function as default or as "agent"/],
  ])('a module that %s stops the start with a sentence', async (_what, code, message) => {
    const modulePath = join(folder, `module-${code.length}.js`);
    writeFileSync(modulePath, code);
    await expect(loadAgents([{ kind: 'module', agentId: 'it', modulePath, quick: false }])).rejects.toThrow(message);
  });
});
