// Every rule against its table: what breaks it is found with a place and a text, what comes close is not.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ERROR_RULES, WARNING_RULES } from '../../src/definition/lint/lint';
import { EDGE_CASES } from './cases/edges';
import { GROUP_CASES } from './cases/groups';
import { LOOP_CASES } from './cases/loops';
import { NODE_CASES } from './cases/nodes';
import { WARNING_CASES } from './cases/warnings';
import { type Cases, codes, lint, type Shape } from './shapes';

const ROOT = join(__dirname, '../..');
const KNOWN: ReadonlySet<string> = new Set(['known-agent']);
const ERROR_CASES: Cases = { ...NODE_CASES, ...EDGE_CASES, ...GROUP_CASES, ...LOOP_CASES };

const named = (shapes: readonly Shape[]) =>
  shapes.map((shape, index) => [`${index + 1}: ${JSON.stringify(shape).slice(0, 150)}`, shape] as const);

describe.each(Object.entries(ERROR_CASES))('the error %s', (code, { broken, fine }) => {
  test.each(named(broken))('is found in %s', (_text, shape) => {
    const { errors, draft, conditions, compiled } = lint(shape);
    const found = errors.filter((finding) => finding.code === code);
    expect(found).not.toEqual([]);
    for (const { path, message } of found) {
      expect(path).toMatch(/^\w/);
      expect(message).toMatch(/\.$/);
    }
    expect([draft, conditions, compiled]).toEqual([null, null, null]);
    expect(found).toMatchSnapshot();
  });
  test.each(named(fine))('is not found in %s', (_text, shape) => {
    expect(codes(shape)).not.toContain(code);
  });
});

describe.each(Object.entries(WARNING_CASES))('the warning %s', (code, { broken, fine }) => {
  test.each(named(broken))('is given for %s, which is accepted', (_text, shape) => {
    const { errors, warnings } = lint(shape, KNOWN);
    expect(errors).toEqual([]);
    const found = warnings.filter((finding) => finding.code === code);
    expect(found).not.toEqual([]);
    expect(found).toMatchSnapshot();
  });
  test.each(named(fine))('is not given for %s', (_text, shape) => {
    expect(lint(shape, KNOWN).warnings.map((finding) => finding.code)).not.toContain(code);
  });
});

test('every rule has a file, a table of cases and a document of its name', () => {
  const files = readdirSync(join(ROOT, 'src/definition/lint/rules')).map((name) => name.replace(/\.ts$/, ''));
  const documents = readdirSync(join(ROOT, 'docs/lint')).map((name) => name.replace(/\.md$/, ''));
  const listed = [...ERROR_RULES, ...WARNING_RULES].map((rule) => rule.code);
  expect([...listed].sort()).toEqual(files.sort());
  expect([...listed].sort()).toEqual(documents.sort());
  expect(Object.keys(ERROR_CASES).sort()).toEqual(ERROR_RULES.map((rule) => rule.code).sort());
  expect(Object.keys(WARNING_CASES).sort()).toEqual(WARNING_RULES.map((rule) => rule.code).sort());
  for (const code of listed) {
    const path = join(ROOT, 'docs/lint', `${code}.md`);
    expect([code, existsSync(path)]).toEqual([code, true]);
    expect(readFileSync(path, 'utf8')).toMatch(new RegExp(`^# ${code}\n`));
  }
});
