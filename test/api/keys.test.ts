import fs, {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { readApiKeysFile } from '../../src/config/api-keys-file';
import { ConfigError } from '../../src/config/config-error';
import { listKeys } from '../../src/keys/list';
import { newKey } from '../../src/keys/new';
import { startApiHarness } from './harness';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-keys-'));
  file = join(folder, 'api-keys.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

const make = (rest: object = {}) => {
  const said = newKey({ workspace: 'acme', name: 'ci', dialects: [], file, ...rest });
  const [, apiKey = ''] = /x-velt-api-key +(\S+)/.exec(said) ?? [];
  const [, token = ''] = /x-velt-auth-token +(\S+)/.exec(said) ?? [];
  return { apiKey, token };
};

describe('npm run keys', () => {
  test('new makes an entry that lets in, in a file for the owner only that does not hold the token', () => {
    const { apiKey, token } = make({ dialects: ['flowker'] });
    const keys = readApiKeysFile(file);
    expect(keys.authenticate(apiKey, token)).toEqual({ kind: 'ok', workspace: 'acme', tokenName: 'ci' });
    expect(keys.dialects.ofApiKey(apiKey)).toMatchObject({ workspace: 'acme' });
    expect(keys.dialects.ofToken(token)).toBeNull();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain(token);
    expect(Buffer.from(token.slice(4), 'base64url')).toHaveLength(32);
  });

  test('a workspace may stand there several times, and what stood there stays', () => {
    const [first, second] = [make(), make({ name: 'laptop' })];
    const keys = readApiKeysFile(file);
    for (const { apiKey, token } of [first, second]) expect(keys.authenticate(apiKey, token).kind).toBe('ok');
    expect(keys.authenticate(first.apiKey, second.token).kind).toBe('unknown-token');
  });

  test('new leaves a file to those who could read it, for the API may run as another user', () => {
    make();
    chmodSync(file, 0o640);
    if (process.getuid?.() === 0) chownSync(file, 1000, 1000);
    const { mode, uid, gid } = statSync(file);
    make({ name: 'laptop' });
    expect(statSync(file)).toMatchObject({ mode, uid, gid });
  });

  test('new changes nothing where those who could read a file could not any more', () => {
    make();
    const before = readFileSync(file, 'utf8');
    const chmod = jest.spyOn(fs, 'fchmodSync').mockImplementation(() => {
      throw Object.assign(new Error('EPERM: fchmod'), { code: 'EPERM' });
    });
    expect(() => make({ name: 'laptop' })).toThrow(/belongs to another user or group, .* who may give it to them/);
    chmod.mockRestore();
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(existsSync(`${file}.new`)).toBe(false);
  });

  test('new refuses a link that leads to no file, and leaves it', () => {
    const link = join(folder, 'dangling.json');
    symlinkSync(join(folder, 'nowhere.json'), link);
    expect(() => make({ file: link })).toThrow(/is a link that leads to no file \(ENOENT\)/);
    expect(readlinkSync(link)).toBe(join(folder, 'nowhere.json'));
  });

  test('new adds to what a link leads to, and leaves the link', () => {
    const { apiKey, token } = make();
    const link = join(folder, 'link.json');
    symlinkSync(file, link);
    make({ name: 'laptop', file: link });
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    const keys = readApiKeysFile(file);
    expect(keys.authenticate(apiKey, token).kind).toBe('ok');
    expect(JSON.parse(readFileSync(file, 'utf8')).workspaces).toHaveLength(2);
  });

  test('new outlasts a power cut: the file is on the disk before it gets its name, and its folder after that', () => {
    const synced: object[] = [];
    const { fsyncSync } = fs;
    const sync = jest.spyOn(fs, 'fsyncSync').mockImplementation((of) => {
      const { ino } = fs.fstatSync(of);
      synced.push({ isFolder: ino === statSync(folder).ino, hasItsName: existsSync(file) });
      fsyncSync(of);
    });
    make();
    sync.mockRestore();
    expect(synced).toEqual([
      { isFolder: false, hasItsName: false },
      { isFolder: true, hasItsName: true },
    ]);
  });

  test('a folder that cannot be brought to the disk does not hide the new token', () => {
    const { fsyncSync } = fs;
    const sync = jest.spyOn(fs, 'fsyncSync').mockImplementation((of) => {
      if (fs.fstatSync(of).isDirectory()) throw Object.assign(new Error('EINVAL: fsync'), { code: 'EINVAL' });
      fsyncSync(of);
    });
    const { apiKey, token } = make();
    sync.mockRestore();
    expect(readApiKeysFile(file).authenticate(apiKey, token).kind).toBe('ok');
  });

  test('list shows who is there and nothing that lets in', () => {
    const { apiKey, token } = make({ dialects: ['conductor', 'flowker'] });
    const shown = listKeys(file);
    expect(shown).toMatch(/acme +csk_\S{4}\.\.\. +ci +conductor, flowker/);
    expect(shown).not.toContain(apiKey);
    expect(shown).not.toContain(token);
  });

  test('list shows no more than a quarter of a short key that its owner chose', () => {
    const entry = { workspace: 'acme', apiKey: 'acme-key', tokens: [{ name: 'ci', sha256: '0'.repeat(64) }] };
    writeFileSync(file, JSON.stringify({ workspaces: [{ ...entry, dialects: ['flowker'] }] }));
    expect(listKeys(file)).toMatch(/acme +ac\.\.\. +ci +flowker/);
  });

  test.each([
    [
      'a workspace that is not well formed',
      { workspace: 'Acme Inc' },
      '--workspace: a workspace is 1 to 32 of a-z 0-9 -.',
    ],
    ['a dialect that does not exist', { dialects: ['esperanto'] }, '--dialects: a dialect is conductor or flowker.'],
    ['a file without a name', { file: '' }, '--file: it is empty, and must name a file.'],
    ['a name that is empty', { name: '' }, "--name: a token's name is 1 to 100 characters."],
  ])('%s is refused by the name of its option and changes nothing', (_what, change, message) => {
    make();
    const before = readFileSync(file, 'utf8');
    expect(() => make(change)).toThrow(new ConfigError(message));
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(existsSync(`${file}.new`)).toBe(false);
  });

  test('list says how to make a file that is not there', () => {
    expect(() => listKeys(file)).toThrow(`There is no ${file}: "npm run keys -- new`);
  });

  test('a file that someone else is changing is left alone', () => {
    make();
    writeFileSync(`${file}.new`, '');
    expect(() => make()).toThrow(/someone else is changing/);
  });
});

test('SIGHUP reads the keys again; a file that is not sound keeps those of before', async () => {
  const { apiKey: firstKey, token: firstToken } = make();
  const api = await startApiHarness({ worker: false, env: { API_KEYS_FILE: file } });
  try {
    const ask = async (apiKey: string, token: string) => {
      const headers = { 'x-velt-api-key': apiKey, 'x-velt-auth-token': token };
      return (await api.call('definitions/get', { definitionId: 'nothing-here' }, { headers })).http;
    };
    expect(await ask(firstKey, firstToken)).toBe(404);
    copyFileSync(file, join(folder, 'before.json'));
    const second = make({ workspace: 'beta' });
    expect(await ask(second.apiKey, second.token)).toBe(401);
    process.emit('SIGHUP');
    expect(await ask(second.apiKey, second.token)).toBe(404);
    writeFileSync(file, '{"workspaces": [');
    process.emit('SIGHUP');
    expect(await ask(second.apiKey, second.token)).toBe(404);
    copyFileSync(join(folder, 'before.json'), file);
    process.emit('SIGHUP');
    expect(await ask(second.apiKey, second.token)).toBe(401);
  } finally {
    await api.close();
  }
});
