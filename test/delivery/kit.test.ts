// The functions of docs/webhooks.md, taken from the document as they stand there, and run.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { transformSync } from '@swc/core';
import { EXTERNAL_EVENT_TYPES } from '../../src/definition/event-types';
import { signedHeaders } from '../../src/outbound/signature';

const DOCUMENT = readFileSync(join(__dirname, '../../docs/webhooks.md'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'countersign-kit-'));
afterAll(() => rmSync(folder, { recursive: true }));

const NOW = 1_777_374_504;
const BODY = JSON.stringify({ event: 'step.completed', text: 'Grüße 🎉' });
const SECRETS = [
  'a plain secret, Ω and all',
  `whsec_${Buffer.alloc(24, 7).toString('base64')}`,
  'whsec_not base64!',
  'whsec_',
];

interface Case {
  readonly why: string;
  readonly secret: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly expected: boolean;
}

function casesOf(secret: string): Case[] {
  const headers = signedHeaders({ eventId: 'evt_exec_1_7', body: BODY, secret, attempt: 0, at: NOW * 1000 });
  const good = { secret, headers, body: BODY };
  const stale = signedHeaders({ eventId: 'evt_exec_1_7', body: BODY, secret, attempt: 0, at: (NOW - 301) * 1000 });
  const signature = headers['webhook-signature']!;
  return [
    { ...good, why: 'as sent', expected: true },
    {
      ...good,
      why: 'among others',
      headers: { ...headers, 'webhook-signature': `v1,AAAA ${signature}` },
      expected: true,
    },
    { ...good, why: 'another body', body: `${BODY} `, expected: false },
    { ...good, why: 'another secret', secret: `${secret}x`, expected: false },
    { ...good, why: 'another id', headers: { ...headers, 'webhook-id': 'evt_exec_1_8' }, expected: false },
    { ...good, why: 'another time', headers: { ...headers, 'webhook-timestamp': String(NOW + 1) }, expected: false },
    {
      ...good,
      why: 'another scheme',
      headers: { ...headers, 'webhook-signature': signature.replace('v1', 'v2') },
      expected: false,
    },
    { ...good, why: 'no signature', headers: { ...headers, 'webhook-signature': '' }, expected: false },
    { ...good, why: 'no time', headers: { ...headers, 'webhook-timestamp': 'soon' }, expected: false },
    {
      ...good,
      why: 'a digit that is none of ASCII',
      headers: { ...headers, 'webhook-timestamp': '\u00b2' },
      expected: false,
    },
    {
      ...good,
      why: 'digits without end',
      headers: { ...headers, 'webhook-timestamp': '9'.repeat(5_000) },
      expected: false,
    },
    { ...good, why: 'older than five minutes', headers: stale, expected: false },
  ];
}
const CASES = SECRETS.flatMap(casesOf);

/** The one block of code in this language. */
function snippet(language: string): string {
  const blocks = [...DOCUMENT.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))];
  expect(blocks).toHaveLength(1);
  return blocks[0]![1]!;
}

/** Runs a program in the folder with the cases at hand; it prints its verdicts as a JSON list. */
function verdicts(command: string, ...args: string[]): boolean[] {
  writeFileSync(join(folder, 'cases.json'), JSON.stringify({ now: NOW, cases: CASES }));
  const env = { ...process.env, GOFLAGS: '-mod=mod' };
  return JSON.parse(execFileSync(command, args, { cwd: folder, encoding: 'utf8', env }));
}
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

/** A language whose tools are not on this machine is skipped, and the test's name says so. */
function testIn(language: string, command: string, run: () => boolean[]): void {
  const isThere = spawnSync(command, [command === 'go' ? 'version' : '--version']).status === 0;
  const name = `${language}: what is genuine is accepted, everything else refused`;
  if (!isThere) test.skip(`${name} (skipped: "${command}" is not on this machine)`, () => {});
  else
    test(name, () => {
      const given = run();
      expect(CASES.map((it, index) => [it.secret, it.why, given[index]])).toEqual(
        CASES.map((it) => [it.secret, it.why, it.expected]),
      );
    }, 120_000);
}

describe('the verifying functions of docs/webhooks.md', () => {
  testIn('TypeScript', process.execPath, () => {
    const { code } = transformSync(snippet('ts'), {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'commonjs' },
    });
    write('verify.js', code);
    write(
      'run.js',
      `const { verifyWebhook } = require('./verify.js');
const { now, cases } = require('./cases.json');
console.log(JSON.stringify(cases.map((c) => verifyWebhook(c.secret, c.headers, Buffer.from(c.body), now))));`,
    );
    return verdicts(process.execPath, 'run.js');
  });

  testIn('Python', 'python3', () => {
    write('verify.py', snippet('python'));
    write(
      'run.py',
      `import json
from verify import verify_webhook
given = json.load(open("cases.json", encoding="utf-8"))
print(json.dumps([verify_webhook(c["secret"], c["headers"], c["body"].encode(), given["now"]) for c in given["cases"]]))`,
    );
    return verdicts('python3', 'run.py');
  });

  testIn('Go', 'go', () => {
    write('go.mod', 'module kit\n\ngo 1.20\n');
    write('verify.go', snippet('go'));
    write(
      'run.go',
      `package main

import (
	"encoding/json"
	"os"
)

func main() {
	var given struct {
		Now   int64
		Cases []struct {
			Secret, Body string
			Headers      map[string]string
		}
	}
	text, _ := os.ReadFile("cases.json")
	if err := json.Unmarshal(text, &given); err != nil {
		panic(err)
	}
	verdicts := []bool{}
	for _, c := range given.Cases {
		header := func(name string) string { return c.Headers[name] }
		verdicts = append(verdicts, VerifyWebhook(c.Secret, header, []byte(c.Body), given.Now))
	}
	json.NewEncoder(os.Stdout).Encode(verdicts)
}
`,
    );
    return verdicts('go', 'run', '.');
  });
});

test('the table of docs/webhooks.md names every external event', () => {
  for (const type of EXTERNAL_EVENT_TYPES) expect(DOCUMENT).toContain(`\`${type}\``);
});
