import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { INNER_PORTS, localOf, serverVersionOf, withSettings } from '../../bench/topology/compose';

const COMPOSE = readFileSync(join(__dirname, '../../docker-compose.yml'), 'utf8');
const PLACE = {
  postgresPort: 5555,
  password: 'a-password',
  temporalPort: 7777,
  innerPorts: INNER_PORTS.map((_, index) => 8000 + index),
  schemaDir: '/here/schema',
  dynamicConfigFile: '/here/dynamic-config.yaml',
};

describe('what docker-compose.yml says, as processes of this machine', () => {
  test("the server gets the file's own settings, and other hosts, ports and folders", () => {
    const { temporal } = localOf(COMPOSE, PLACE);
    expect(temporal.env).toMatchObject({
      DB: 'postgres12',
      NUM_HISTORY_SHARDS: '128',
      POSTGRES_USER: 'temporal',
      POSTGRES_SEEDS: '127.0.0.1',
      POSTGRES_PWD: 'a-password',
      DB_PORT: '5555',
      BIND_ON_IP: '127.0.0.1',
      FRONTEND_GRPC_PORT: '7777',
      HISTORY_GRPC_PORT: '8004',
      DYNAMIC_CONFIG_FILE_PATH: '/here/dynamic-config.yaml',
    });
  });

  test('the schema and the namespace are made by its own scripts', () => {
    const { schema, namespace, postgres } = localOf(COMPOSE, PLACE);
    expect(postgres).toEqual({ user: 'temporal' });
    expect(schema.shell).toEqual(['/bin/sh', '-euc']);
    expect(schema.env).toEqual({ SQL_PASSWORD: 'a-password' });
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own.
    expect(schema.text).toContain('--ep 127.0.0.1 -p 5555 -u temporal --db ${database%%:*}');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's own.
    expect(schema.text).toContain('update-schema -d /here/schema/postgresql/v12/${database##*:}/versioned');
    expect(namespace.env).toEqual({ TEMPORAL_ADDRESS: '127.0.0.1:7777' });
    expect(namespace.text).toContain('--retention 30d');
  });

  test.each([
    ['a service that is gone', /^ {2}temporal:$/m, '  renamed:', 'a service "temporal"'],
    ['another way to name the database', '--ep postgresql -p 5432', '--endpoint postgresql:5432', 'found "postgresql"'],
    ['another folder', '/etc/temporal/schema', '/etc/temporal/other', 'found "/etc/temporal"'],
    ['no dynamic configuration', 'temporal-dynamic-config:', 'other:', 'a config "temporal-dynamic-config"'],
  ])('%s is told, and not guessed at', (_name, from, to, told) => {
    expect(() => localOf(COMPOSE.replace(from, to), PLACE)).toThrow(told);
  });

  test('the server and its schema are of one pinned version', () => {
    expect(serverVersionOf(COMPOSE)).toMatch(/^\d+\.\d+\.\d+$/);
    expect(() => serverVersionOf(COMPOSE.replace(/server:[\d.]+/, 'server:1.0.0'))).toThrow('it has 1.0.0 and');
    expect(() => serverVersionOf(COMPOSE.replace(/server:[\d.]+/, 'server:latest'))).toThrow(
      'no longer has one version',
    );
  });
});

describe("the server's dynamic configuration", () => {
  test('takes settings beside its own, numbers and truths as what they are', () => {
    const settings = ['limit.historyCount.suggestContinueAsNew=300', 'system.enable=false', 'some.name=text'];
    expect(JSON.parse(withSettings('own.one:\n  - value: 1\n', settings))).toEqual({
      'own.one': [{ value: 1 }],
      'limit.historyCount.suggestContinueAsNew': [{ value: 300 }],
      'system.enable': [{ value: false }],
      'some.name': [{ value: 'text' }],
    });
  });

  test.each(['novalue', 'key=', '=value'])('refuses "%s"', (setting) => {
    expect(() => withSettings('{}', [setting])).toThrow(`--dynamic-config is <key>=<value>, and not "${setting}".`);
  });
});
