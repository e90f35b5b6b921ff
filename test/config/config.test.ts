import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readConfig, warnOfOutboundAllow } from '../../src/config';
import { ConfigError } from '../../src/config/config-error';
import { dataDirOf } from '../../src/config/data-dir';

const folder = mkdtempSync(join(tmpdir(), 'countersign-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const EXAMPLES = join(__dirname, '../../config');
const KEY = Buffer.alloc(32, 1).toString('base64');
const development = { DATA_DIR: folder };
const production = {
  DATA_DIR: folder,
  NODE_ENV: 'production',
  API_KEYS_FILE: join(EXAMPLES, 'api-keys.example.json'),
  SECRET_KEYS: `main:${KEY}`,
};

function messageOf(env: Record<string, string>): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('the environment', () => {
  test('needs nothing in development: every default', () => {
    const config = readConfig(development);
    expect(config).toMatchObject({
      isProduction: false,
      host: '127.0.0.1',
      port: 3000,
      dataDir: folder,
      temporal: { isEmbedded: true, namespace: 'default', connection: { address: '127.0.0.1:7233' } },
      embedded: { port: 7233, uiPort: 8233, cliPath: null },
      taskQueue: 'countersign',
      agents: [],
      stepsMax: 1000,
      logLevel: 'info',
    });
    expect(config.outboundAllow.size).toBe(0);
    expect(config.apiKeys.authenticate('dev-api-key', 'dev-auth-token')).toMatchObject({
      kind: 'ok',
      workspace: 'dev',
    });
  });

  test('is read whole', () => {
    const config = readConfig({
      ...production,
      HOST: '::1',
      PORT: '4000',
      TEMPORAL_ADDRESS: 'temporal.example.com:7233',
      TEMPORAL_NAMESPACE: 'approvals',
      TEMPORAL_API_KEY: 'a-temporal-api-key',
      TEMPORAL_PORT: '4001',
      TEMPORAL_UI_PORT: '4002',
      TEMPORAL_CLI_PATH: '/opt/temporal',
      TASK_QUEUE: 'mine',
      AGENTS_FILE: join(EXAMPLES, 'agents.example.json'),
      MAX_STEPS: '50',
      MAX_CACHED_WORKFLOWS: '2000',
      LOG_LEVEL: 'debug',
    });
    expect(config).toMatchObject({
      isProduction: true,
      host: '::1',
      port: 4000,
      temporal: {
        isEmbedded: false,
        namespace: 'approvals',
        connection: { address: 'temporal.example.com:7233', apiKey: 'a-temporal-api-key' },
      },
      embedded: { port: 4001, uiPort: 4002, cliPath: '/opt/temporal' },
      taskQueue: 'mine',
      agents: [
        {
          kind: 'module',
          agentId: 'brand-agent-v1',
          modulePath: join(EXAMPLES, 'brand-agent.example.js'),
          quick: true,
        },
        { kind: 'http', agentId: 'legal-agent-v1', timeoutMs: 30_000 },
        { kind: 'taskQueue', agentId: 'translate-agent-v1', activity: 'translate' },
      ],
      secretKeys: [{ keyId: 'main' }],
      stepsMax: 50,
      cachedWorkflowsMax: 2000,
      logLevel: 'debug',
    });
    // An API key for Temporal means TLS, as every Temporal client has it.
    expect(config.temporal.connection.tls).toBeTruthy();
  });

  test('blanks around a number do not change it', () => {
    expect(readConfig({ ...development, PORT: ' 4000\n' }).port).toBe(4000);
  });

  test('takes an empty variable for one that is not set', () => {
    expect(readConfig({ ...development, PORT: '', TEMPORAL_ADDRESS: '', SECRET_KEYS: '' }).port).toBe(3000);
  });

  test.each([
    ['PORT', '0', 'a port from 1 to 65535'],
    ['PORT', '65536', 'a port from 1 to 65535'],
    ['PORT', 'http', 'a port from 1 to 65535'],
    ['PORT', '0x50', 'a port from 1 to 65535'],
    ['PORT', '1e3', 'a port from 1 to 65535'],
    ['PORT', '+80', 'a port from 1 to 65535'],
    ['METRICS_PORT', '0b11', 'a port from 1 to 65535'],
    ['RATE_LIMIT', '0x10', 'a number from 1 to 1000000'],
    ['MAX_STEPS', '1e2', 'a number from 1 to 1000'],
    ['MAX_CACHED_WORKFLOWS', '0x1f4', 'a number from 10 to 100000'],
    ['TEMPORAL_PORT', '7233.5', 'a port from 1 to 65535'],
    ['TEMPORAL_UI_PORT', '-1', 'a port from 1 to 65535'],
    ['TASK_QUEUE', 'q'.repeat(201), 'a name of 1 to 200 characters'],
    ['TASK_QUEUE', '/_sys/mine', 'a name of 1 to 200 characters that does not begin with /_sys/'],
    ['TASK_QUEUE', 'a\ttab', 'a name of 1 to 200 characters'],
    ['MAX_STEPS', '1001', 'a number from 1 to 1000'],
    ['MAX_STEPS', '0', 'a number from 1 to 1000'],
    ['MAX_CACHED_WORKFLOWS', '9', 'a number from 10 to 100000'],
    ['LOG_LEVEL', 'loud', 'trace, debug, info, warn, error, fatal or silent'],
    ['OUTBOUND_ALLOW_IN_PRODUCTION', 'yes', 'true or false'],
    ['TEMPORAL_ADDRESS', 'http://temporal:7233', 'host:port'],
    ['TEMPORAL_ADDRESS', 'temporal', 'host:port'],
    ['TEMPORAL_ADDRESS', 'temporal:99999', 'host:port'],
  ])('%s=%s is refused with a sentence that names it and says what it may be', (name, value, expected) => {
    const message = messageOf({ ...development, [name]: value });
    expect(message).toMatch(new RegExp(`^${name} must be ${expected}.*\\.$`));
    expect(message).toContain(`"${value}"`);
    expect(message).not.toContain('\n');
  });

  test.each([
    ['CODEC_TOKENS', 'the-token-and-not-its-hash'],
    ['PUBLIC_URL', 'https://user:hidden-word@approvals.acme.com'],
    ['SLACK_API_URL', 'ftp://user:hidden-word@slack.com'],
    ['SLACK_BOT_TOKEN', 'hidden word'],
    ['SMTP_URL', 'http://user:hidden-word@mail.acme.com'],
    ['SECRET_KEYS', 'main:hidden-word'],
  ])('%s is refused without a word of what it held', (name, value) => {
    const message = messageOf({ ...development, [name]: value });
    expect(message).toMatch(new RegExp(`^${name}`));
    expect(message).not.toMatch(/hidden|the-token/);
  });

  test('two servers cannot have one port', () => {
    expect(messageOf({ ...development, TEMPORAL_UI_PORT: '7233' })).toBe(
      'PORT, TEMPORAL_PORT and TEMPORAL_UI_PORT must be three different ports, and they are 3000, 7233 and 7233.',
    );
  });

  test.each(['TEMPORAL_TLS_CLIENT_CERT_PATH', 'TEMPORAL_TLS_CLIENT_KEY_PATH', 'TEMPORAL_TLS_SERVER_CA_CERT_PATH'])(
    'a file of %s that is not there is told by its variable',
    (name) => {
      const env = { ...development, TEMPORAL_ADDRESS: 'temporal:7233', [name]: '/nowhere/it.pem' };
      expect(messageOf(env)).toBe(`${name} names /nowhere/it.pem, which cannot be read (ENOENT).`);
      const braced = { ...env, [name]: '/nowhere/{stage}/it.pem' };
      expect(messageOf(braced)).toBe(`${name} names /nowhere/{stage}/it.pem, which cannot be read (ENOENT).`);
    },
  );

  test.each(['TEMPORAL_TLS', 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION'])(
    '%s is true or false: another value would be taken for false, and an API key go out in the clear',
    (name) => {
      const env = { ...development, TEMPORAL_ADDRESS: 'temporal:7233', TEMPORAL_API_KEY: 'key' };
      expect(messageOf({ ...env, [name]: 'yes' })).toBe(`${name} must be true or false, and it is "yes".`);
      for (const value of ['true', 'false', '1', '0', ''])
        expect(() => readConfig({ ...env, [name]: value })).not.toThrow();
    },
  );

  test.each(['TEMPORAL_TLS_CLIENT_CERT_DATA', 'TEMPORAL_TLS_CLIENT_KEY_DATA'])(
    '%s alone is refused: Temporal would refuse the connection again and again',
    (name) => {
      const env = { ...development, TEMPORAL_ADDRESS: 'temporal:7233', [name]: 'half' };
      expect(messageOf(env)).toMatch(/CLIENT_CERT_\* and TEMPORAL_TLS_CLIENT_KEY_\* come together/);
    },
  );

  test('what TEMPORAL_TLS_* hold must be a certificate and its key: it would be tried again for ever', () => {
    const env = {
      ...development,
      TEMPORAL_ADDRESS: 'temporal:7233',
      TEMPORAL_TLS_CLIENT_CERT_DATA: 'no certificate',
      TEMPORAL_TLS_CLIENT_KEY_DATA: 'no key',
    };
    expect(messageOf(env)).toMatch(/TEMPORAL_TLS_\* hold is no certificate, or no key of it/);
  });

  test('what TEMPORAL_TLS_SERVER_CA_CERT_* hold must be a certificate', () => {
    const env = { ...development, TEMPORAL_ADDRESS: 'temporal:7233' };
    const [certificate = ''] = rootCertificates;
    expect(messageOf({ ...env, TEMPORAL_TLS_SERVER_CA_CERT_DATA: 'no certificate' })).toMatch(/is no certificate/);
    expect(() => readConfig({ ...env, TEMPORAL_TLS_SERVER_CA_CERT_DATA: certificate })).not.toThrow();
    expect(() =>
      readConfig({ ...env, TEMPORAL_TLS_SERVER_CA_CERT_DATA: `# ours\n${certificate}\n${certificate}` }),
    ).not.toThrow();
  });

  test.each(['key\n', ' key', 'k\ney', 'kéy'])('TEMPORAL_API_KEY %j cannot be sent, and is not repeated', (apiKey) => {
    const env = { ...development, TEMPORAL_ADDRESS: 'temporal:7233' };
    expect(messageOf({ ...env, TEMPORAL_API_KEY: apiKey })).toMatch(
      /TEMPORAL_API_KEY must be printable ASCII without blanks/,
    );
    expect(messageOf({ ...env, TEMPORAL_API_KEY: apiKey })).not.toContain(apiKey);
    const path = join(folder, 'key.toml');
    writeFileSync(path, `[profile.default]\napi_key = ${JSON.stringify(apiKey)}\n`);
    expect(messageOf({ ...env, TEMPORAL_CONFIG_FILE: path })).toMatch(
      /TEMPORAL_API_KEY must be printable ASCII without blanks/,
    );
  });

  describe('what was set by mistake and is a secret is not repeated', () => {
    const KEY_PEM = '-----BEGIN PRIVATE KEY-----\na-hidden-key\n-----END PRIVATE KEY-----';
    const server = { TEMPORAL_ADDRESS: 'temporal:7233' };
    test.each<[string, string, Record<string, string>?]>([
      ['AGENTS_FILE', '{"agents":{"a":{"kind":"http","url":"https://acme.com","secret":"a-hidden-secret"}}}'],
      ['API_KEYS_FILE', '{"workspaces":[{"workspace":"acme","apiKey":"a-hidden-key"}]}'],
      ['TEMPORAL_TLS_CLIENT_KEY_PATH', KEY_PEM, server],
      ['TEMPORAL_TLS', KEY_PEM, server],
      ['TEMPORAL_ADDRESS', 'https://user:hidden@temporal:7233'],
      ['CODEC_UI_ORIGINS', 'https://user:hidden@temporal.acme.com'],
      ['OUTBOUND_ALLOW', '127.0.0.1:9000, https://user:hidden@hooks.acme.com'],
    ])('%s=%s', (name, value, more = {}) => {
      const message = messageOf({ ...development, ...more, [name]: value });
      expect(message).toMatch(new RegExp(`^${name}`));
      expect(message).not.toContain('hidden');
    });

    test('a line of TEMPORAL_CONFIG_FILE', () => {
      const path = join(folder, 'broken.toml');
      writeFileSync(path, '[profile.default]\napi_key = a-hidden-key\n');
      const message = messageOf({ ...development, ...server, TEMPORAL_CONFIG_FILE: path });
      expect(message).toMatch(/^TEMPORAL_\*: Invalid TOML document: .*\(line 2\)\.$/);
      expect(message).not.toContain('hidden');
    });
  });

  describe('without TEMPORAL_ADDRESS', () => {
    test.each([
      ['TEMPORAL_API_KEY', 'a-hidden-key'],
      ['TEMPORAL_TLS', 'true'],
      ['TEMPORAL_TLS', 'yes'],
      ['TEMPORAL_TLS_CLIENT_CERT_PATH', '/a-hidden/it.pem'],
      ['TEMPORAL_TLS_SERVER_CA_CERT_DATA', 'a-hidden-certificate'],
      ['TEMPORAL_TLS_DISABLE_HOST_VERIFICATION', '1'],
      ['TEMPORAL_GRPC_META_TEAM', 'a-hidden-team'],
      ['TEMPORAL_PROFILE', 'a-hidden-profile'],
      ['TEMPORAL_CONFIG_FILE', '/a-hidden/temporal.toml'],
    ])('%s=%s is refused: its Temporal would be believed to be used', (name, value) => {
      expect(messageOf({ ...development, TEMPORAL_ADDRESS: '', TEMPORAL_PORT: '7300', [name]: value })).toBe(
        `${name} is set, and TEMPORAL_ADDRESS is not: the Temporal of this machine (127.0.0.1:7300) would be used without it. ` +
          'Set TEMPORAL_ADDRESS to the host:port of the Temporal that it is for, or unset it.',
      );
    });

    test('all that would be left out is named at once', () => {
      expect(messageOf({ ...development, TEMPORAL_API_KEY: 'a-hidden-key', TEMPORAL_TLS: 'true' })).toMatch(
        /^TEMPORAL_API_KEY, TEMPORAL_TLS are set, .* that they are for, or unset them\.$/,
      );
    });

    test('what says nothing of another Temporal is none of that', () => {
      const env = { TEMPORAL_API_KEY: '', TEMPORAL_TLS: 'false', TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: '0' };
      expect(readConfig({ ...development, ...env, TEMPORAL_NAMESPACE: 'team' }).temporal).toMatchObject({
        isEmbedded: true,
        namespace: 'team',
      });
    });
  });

  test("a profile's namespace counts, unless TEMPORAL_NAMESPACE names another", () => {
    const path = join(folder, 'temporal.toml');
    writeFileSync(path, '[profile.default]\nnamespace = "team"\n');
    const env = { ...development, TEMPORAL_ADDRESS: 'temporal:7233', TEMPORAL_CONFIG_FILE: path };
    expect(readConfig(env).temporal.namespace).toBe('team');
    expect(readConfig({ ...env, TEMPORAL_NAMESPACE: 'mine' }).temporal.namespace).toBe('mine');
  });

  test.each([
    [{}, 'countersign'],
    [{ TASK_QUEUE: 'mine' }, 'mine'],
  ])(
    "an agent on the task queue of this server's own workers (%j) is refused: they do not know its activity",
    (env, taskQueue) => {
      const path = join(folder, `agents-on-${taskQueue}.json`);
      const agent = { kind: 'taskQueue', taskQueue, activity: 'translate' };
      writeFileSync(path, JSON.stringify({ agents: { it: agent } }));
      expect(messageOf({ ...development, ...env, AGENTS_FILE: path })).toBe(
        `AGENTS_FILE: agent "it" is on the task queue "${taskQueue}", and that is the one of this server's own workers (TASK_QUEUE); give the agent's workers another one.`,
      );
      expect(readConfig({ ...development, TASK_QUEUE: 'another', AGENTS_FILE: path }).agents).toMatchObject([agent]);
    },
  );

  test('SLACK_API_URL alone is refused: every message to a channel would fail', () => {
    const env = { ...development, SLACK_API_URL: 'https://slack-gov.com/api/' };
    expect(messageOf(env)).toMatch(/^SLACK_BOT_TOKEN must be set where SLACK_API_URL is/);
    expect(readConfig({ ...env, SLACK_BOT_TOKEN: 'xoxb-it' }).slack).toEqual({
      botToken: 'xoxb-it',
      apiUrl: 'https://slack-gov.com/api/',
    });
  });

  test('one data folder has one name, whichever link leads to it', () => {
    const real = join(realpathSync(folder), 'linked');
    mkdirSync(real);
    symlinkSync(real, join(folder, 'link'));
    for (const path of [real, join(folder, 'link')]) expect(readConfig({ DATA_DIR: path }).dataDir).toBe(real);
    expect(dataDirOf(join(folder, 'link', 'deeper', 'still'))).toBe(join(real, 'deeper', 'still'));
  });

  test('receivers find the API where it listens', () => {
    for (const [HOST, shown] of [
      ['', '127.0.0.1'],
      ['::', '127.0.0.1'],
      ['::1', '[::1]'],
      ['192.168.1.20', '192.168.1.20'],
    ]) {
      expect(readConfig({ ...development, HOST }).publicUrl).toBe(`http://${shown}:3000`);
    }
  });

  test('a DATA_DIR that cannot be written is told by its name', () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    for (const dataDir of [file, join(file, 'data'), '/proc/countersign/data']) {
      expect(messageOf({ DATA_DIR: dataDir })).toMatch(/^DATA_DIR is .*nothing can be written/);
    }
  });
});

describe('production mode', () => {
  test('listens on all addresses and knows no development credentials', () => {
    const config = readConfig(production);
    expect(config.host).toBe('0.0.0.0');
    expect(config.apiKeys.authenticate('dev-api-key', 'dev-auth-token').kind).toBe('unknown-key');
  });

  test.each(['API_KEYS_FILE', 'SECRET_KEYS'])('does not start without %s', (name) => {
    expect(messageOf({ ...production, [name]: '' })).toMatch(new RegExp(`^${name} must be set in production mode`));
  });

  test('refuses OUTBOUND_ALLOW, unless it is told twice', () => {
    const env = { ...production, OUTBOUND_ALLOW: 'hooks.example.com:443' };
    expect(messageOf(env)).toMatch(/^OUTBOUND_ALLOW .*OUTBOUND_ALLOW_IN_PRODUCTION=true/);
    expect(readConfig({ ...env, OUTBOUND_ALLOW_IN_PRODUCTION: 'true' }).outboundAllow.size).toBe(1);
  });
});

describe('OUTBOUND_ALLOW', () => {
  test('that is no list of host:port is refused by name', () => {
    expect(messageOf({ ...development, OUTBOUND_ALLOW: 'no-port' })).toMatch(/^OUTBOUND_ALLOW: /);
  });

  test('is warned of at the start, and its absence is not', () => {
    const said: unknown[] = [];
    const logger = { warn: (fields: object, message: string) => void said.push([fields, message]) };
    warnOfOutboundAllow(readConfig(development), logger);
    expect(said).toEqual([]);
    warnOfOutboundAllow(readConfig({ ...development, OUTBOUND_ALLOW: 'localhost:9000' }), logger);
    expect(said).toEqual([[{ allowed: ['localhost:9000'] }, expect.stringContaining('OUTBOUND_ALLOW')]]);
  });
});

describe('SECRET_KEYS', () => {
  test('take several, and the first one seals', () => {
    const { secretKeys } = readConfig({ ...development, SECRET_KEYS: `new:${KEY},old:${KEY}` });
    expect(secretKeys.map(({ keyId }) => keyId)).toEqual(['new', 'old']);
  });

  test.each(['main', 'main:short', `main:${KEY},main:${KEY}`, `main:${KEY},`])(
    'refuse %j without repeating it',
    (text) => {
      const message = messageOf({ ...production, SECRET_KEYS: text });
      expect(message).toMatch(/^SECRET_KEYS: /);
      expect(message).not.toContain(KEY);
      expect(message).not.toContain('short');
    },
  );

  test('are generated in development, once, for their owner only', () => {
    const env = { DATA_DIR: join(folder, 'fresh') };
    const [first, second] = [readConfig(env), readConfig(env)];
    expect(second.secretKeys).toEqual(first.secretKeys);
    expect(statSync(join(env.DATA_DIR, 'secret-keys')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(env.DATA_DIR, 'secret-keys'), 'utf8')).toMatch(/^dev:/);
    expect(readdirSync(env.DATA_DIR)).toEqual(['secret-keys']);
    // What the embedded server keeps beside it is everybody's to read, by its own mode.
    expect(statSync(env.DATA_DIR).mode & 0o777).toBe(0o700);
  });

  test('that were damaged in the data folder are told by their file', () => {
    const dataDir = join(folder, 'fresh');
    writeFileSync(join(dataDir, 'secret-keys'), 'nonsense');
    expect(messageOf({ DATA_DIR: dataDir })).toMatch(/secret-keys holds no secret key/);
  });
});
