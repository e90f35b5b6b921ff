// The definitions in the documents: each has exactly the findings that its document names.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { WARNING_CASES } from './cases/warnings';
import { agent, edge, lint, of, type Shape } from './shapes';

const ROOT = join(__dirname, '../..');
/** What a server without AGENTS_FILE knows. */
const AGENTS: ReadonlySet<string> = new Set(['__mock__', '__mock__:reject', 'copy-agent-v1', 'publish-agent-v1']);

/** Too long to be written out: the documents say how they are made. */
const DESCRIBED: Readonly<Record<string, Shape>> = {
  'step-explosion': WARNING_CASES['step-explosion']!.broken[0]!,
  'definition-too-large': manyEdges(400, 99),
};

describe.each(readdirSync(join(ROOT, 'docs/lint')).map((name) => basename(name, '.md')))('docs/lint/%s.md', (code) => {
  const text = readFileSync(join(ROOT, 'docs/lint', `${code}.md`), 'utf8');

  test('its definition has the findings that it names, and no others', () => {
    const [written] = definitionsIn(text);
    const shape = (written ?? DESCRIBED[code]) as Shape;
    const agents = code in DESCRIBED ? undefined : AGENTS;
    const { errors, warnings } = lint(shape, agents);
    const found = new Set([...errors, ...warnings].map((finding) => finding.code));
    expect([...found].sort()).toEqual([code, ...namedBeside(text)].sort());
  });
});

test.each(['docs/definitions.md', 'docs/nodes.md', 'docs/triggers.md', 'docs/agents.md', 'README.md'])(
  'whole definitions in %s have no finding',
  (path) => {
    for (const shape of definitionsIn(readFileSync(join(ROOT, path), 'utf8'))) {
      const { errors, warnings } = lint(shape, AGENTS);
      expect([...errors, ...warnings]).toEqual([]);
    }
  },
);

function definitionsIn(text: string): readonly Shape[] {
  const blocks = [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = '']) => JSON.parse(json) as Shape);
  return blocks.filter((block) => 'nodes' in block);
}

/** `A whole definition with this finding, beside ...:` */
function namedBeside(text: string): readonly string[] {
  const [, beside = ''] = /^A whole definition with this finding, beside (.*):$/m.exec(text) ?? [];
  return [...beside.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

function manyEdges(count: number, members: number): Shape {
  const memberNodeIds = Array.from({ length: members }, (_, i) => `n${i}`);
  return {
    nodes: [agent('root'), ...memberNodeIds.map((nodeId) => agent(nodeId))],
    edges: Array.from({ length: count }, () => edge('root', of('g'))),
    groups: [{ groupId: 'g', memberNodeIds, expectedSteps: members, quorum: members }],
  };
}
