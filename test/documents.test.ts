import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';

const ROOT = resolve(__dirname, '..');
const documents = [
  ...readdirSync(ROOT),
  ...readdirSync(join(ROOT, 'docs'), { encoding: 'utf8', recursive: true }).map((file) => join('docs', file)),
].filter((file) => file.endsWith('.md'));

test('every document says something', () => {
  expect(documents.length).toBeGreaterThan(10);
  expect(documents.filter((file) => readFileSync(join(ROOT, file), 'utf8').trim().length < 100)).toEqual([]);
});

test('every link from one document to a file leads to one that is there and not empty', () => {
  const broken = documents.flatMap((file) => {
    const links = [...readFileSync(join(ROOT, file), 'utf8').matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)];
    return links
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const path = resolve(ROOT, dirname(file), target);
        return !existsSync(path) || statSync(path).size === 0;
      })
      .map((target) => `${file}: ${target}`);
  });
  expect(broken).toEqual([]);
});
