import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { bundleWorkflows } from '../src/worker/bundle';

const SRC = resolve(__dirname, '../src');

/** Which rooms a room may import from, and which packages (docs/architecture.md). A room is a folder or a single file. */
const MAY_IMPORT: Record<string, { rooms: string[]; packages: RegExp }> = {
  definition: { rooms: [], packages: /^(zod|re2js)$/ },
  engine: { rooms: ['definition'], packages: /^$/ },
  workflows: { rooms: ['definition', 'engine'], packages: /^(@temporalio\/(workflow|common)|fflate\/browser)$/ },
  outbound: { rooms: ['definition'], packages: /^(undici|ipaddr\.js|node:.*)$/ },
  activities: {
    rooms: [
      'config/agent-directory.ts',
      'config/messengers.ts',
      'definition',
      'dispatch',
      'engine',
      'outbound',
      'temporal/delivery-workflow.ts',
      'workflows/contract',
    ],
    packages: /^(@slack\/web-api|@temporalio\/(activity|client|common)|nodemailer|undici|node:.*)$/,
  },
  dispatch: {
    rooms: ['config/agent-directory.ts', 'definition', 'engine', 'outbound', 'temporal', 'workflows/contract'],
    packages: /^(@temporalio\/(client|common)|lru-cache|node:.*)$/,
  },
  temporal: {
    rooms: ['config', 'config.ts', 'logger.ts', 'metrics', 'workflows/contract'],
    packages:
      /^(@temporalio\/(client|common|core-bridge|envconfig|proto|worker\/lib\/(connection|connection-options|logger|runtime))|async-mutex|node:.*)$/,
  },
  worker: {
    rooms: [
      'activities',
      'config',
      'config.ts',
      'lifecycle.ts',
      'definition',
      'logger.ts',
      'metrics',
      'outbound',
      'temporal',
      'workflows/contract',
    ],
    packages: /^(@temporalio\/(common|worker)|node:.*)$/,
  },
  api: {
    rooms: [
      'config',
      'config.ts',
      'definition',
      'dispatch',
      'engine',
      'logger.ts',
      'metrics',
      'outbound',
      'temporal',
      'version.ts',
      'workflows/contract',
    ],
    packages:
      /^(@temporalio\/(client|common|proto)|croner|express|helmet|lru-cache|pino|rate-limiter-flexible|zod|node:.*)$/,
  },
  metrics: { rooms: [], packages: /^prom-client$/ },
  keys: { rooms: ['config'], packages: /^node:.*$/ },
  dev: { rooms: ['*'], packages: /.*/ },
  config: {
    rooms: ['config', 'config.ts', 'definition', 'outbound', 'workflows/contract'],
    packages: /.*/,
  },
};

interface Import {
  readonly file: string;
  readonly from: string;
}

const files = walk(SRC);
const imports = files.flatMap((file) => importsOf(file).map((from): Import => ({ file: relative(SRC, file), from })));

describe('the house', () => {
  test('every room imports only what the table of docs/architecture.md allows', () => {
    const trespasses = imports
      .filter(({ file, from }) => !isAllowed(file, from))
      .map(({ file, from }) => `${file} -> ${from}`);
    expect(trespasses).toEqual([]);
  });

  test('zod reaches the API only: no workflow, engine or activity file leads to it', () => {
    const importers = imports.filter(({ from }) => from === 'zod').map(({ file }) => file);
    const rooms = new Set(importers.map((file) => (file.startsWith('definition/') ? file : file.split('/')[0])));
    for (const room of ['workflows', 'engine', 'activities', 'outbound']) expect(rooms).not.toContain(room);
    const schemaUsers = imports.filter(({ from }) => from === 'definition/schema.ts').map(({ file }) => file);
    for (const file of schemaUsers) expect(file).toMatch(/^(api|definition)\//);
  });

  test('production code does not import src/dev, but for the all-in-one', () => {
    const importers = imports.filter(({ file, from }) => from.startsWith('dev/') && !file.startsWith('dev/'));
    expect(importers.map(({ file }) => file).filter((file) => file !== 'main.ts')).toEqual([]);
  });

  test('there is no import cycle', () => {
    expect(findCycle(imports)).toEqual([]);
  });

  test('what a file exports stands in it: no file passes on all of another', () => {
    const passing = files.filter((file) => /^export \*/m.test(readFileSync(file, 'utf8')));
    expect(passing.map((file) => relative(SRC, file))).toEqual([]);
  });

  test('workflows wait by the condition that counts: one that did not would let what comes next overtake its consequences', () => {
    const inWorkflows = files.filter((file) => relative(SRC, file).startsWith('workflows/'));
    const uncounted = inWorkflows.filter((file) =>
      /import \{[^}]*\bcondition\b[^}]*\} from '@temporalio\/workflow'/.test(readFileSync(file, 'utf8')),
    );
    expect(uncounted.map((file) => relative(SRC, file))).toEqual(['workflows/condition.ts']);
  });

  test('every file says its one job in its first line', () => {
    const silent = files.filter((file) => !/^(#!.*\n)?\/\/ \S/.test(readFileSync(file, 'utf8')));
    expect(silent.map((file) => relative(SRC, file))).toEqual([]);
  });

  test('the workflows bundle, without zod or Node built-ins', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-bundle-'));
    try {
      const path = join(folder, 'bundle.js');
      await bundleWorkflows(join(SRC, 'workflows', 'index.ts'), path);
      const code = readFileSync(path, 'utf8');
      expect(code).toContain('advance');
      expect(code).not.toMatch(/node_modules\/zod\//);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);
});

function isAllowed(file: string, from: string): boolean {
  const room = file.includes('/') ? (file.split('/')[0] as string) : file;
  const rule = MAY_IMPORT[room];
  if (!rule) return true; // composition roots: main.ts, config.ts, logger.ts
  if (file === `${room}/main.ts`) return !from.startsWith('dev/');
  if (!from.endsWith('.ts')) return rule.packages.test(from);
  const [target = ''] = from.split('/');
  const isIn = (allowed: string) => allowed === '*' || allowed === from || from.startsWith(`${allowed}/`);
  return target === room || rule.rooms.some(isIn);
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const specifiers = [...text.matchAll(/^(?:import|export)\b[^;'"]*?\bfrom '([^']+)'|^import '([^']+)'/gm)];
  return specifiers.map((match) => resolved(file, (match[1] ?? match[2]) as string));
}

function resolved(file: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  const base = resolve(dirname(file), specifier);
  const candidates = [`${base}.ts`, join(base, 'index.ts')];
  const found = candidates.find((candidate) => files.includes(candidate));
  if (!found) throw new Error(`${file}: ${specifier} leads nowhere`);
  return relative(SRC, found);
}

function findCycle(all: readonly Import[]): string[] {
  const next = new Map<string, string[]>();
  for (const { file, from } of all) next.set(file, [...(next.get(file) ?? []), from]);
  const done = new Set<string>();
  const visit = (file: string, path: string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const target of next.get(file) ?? []) {
      const cycle = visit(target, [...path, file]);
      if (cycle.length > 0) return cycle;
    }
    done.add(file);
    return [];
  };
  for (const file of next.keys()) {
    const cycle = visit(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

function walk(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return walk(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}
