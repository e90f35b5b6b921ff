import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { issueText } from '../../src/definition/issue-texts';
import { definitionCreateSchema } from '../../src/definition/schema';

const wrong = (schema: z.ZodType, value: unknown): string[] =>
  (schema.safeParse(value, { error: issueText }).error?.issues ?? []).map(
    ({ path, message }) => `${path.map((part) => `${String(part)}: `).join('')}${message}`,
  );

const short = z.string().min(1).max(3);
const shape = z.strictObject({ kind: z.literal('group'), groupId: z.string() });

describe('what is wrong with a value is said in words that tell what to write', () => {
  test.each<[string, z.ZodType, unknown, readonly string[]]>([
    ['a missing field', z.object({ name: short }), {}, ['name: is required: a string']],
    ['another type', short, 5, ['must be a string, and is a number']],
    ['null', z.object({ list: z.array(short) }), { list: null }, ['list: must be a list, and is null']],
    ['a fraction', z.int(), 1.5, ['must be a whole number, and is 1.5']],
    ['not a number', z.number(), Number.NaN, ['must be a number, and is NaN']],
    ['a number for a text, which may be a secret', short, 9.8765e19, ['must be a string, and is a number']],
    [
      'a fraction for a text or an object',
      z.union([short, shape]),
      0.5,
      ['must be a string or an object, and is a number'],
    ],
    ['a truth', short, true, ['must be a string, and is true']],
    ['an empty text', short, '', ['must not be empty']],
    ['a short text', z.string().min(2), 'a', ['must have at least 2 characters']],
    ['a long text', short, 'four', ['must have at most 3 characters']],
    ['an empty list', z.array(short).min(1), [], ['must not be empty']],
    ['a short list', z.array(short).min(2), ['a'], ['must have at least 2 items']],
    ['a long list', z.array(short).max(1), ['a', 'b'], ['must have at most 1 item']],
    ['a small number', z.int().min(1), 0, ['must be at least 1']],
    ['a number on an open bound', z.number().gt(1), 1, ['must be more than 1']],
    ['a large number', z.int().max(9), 10, ['must be at most 9']],
    ['a number on the other open bound', z.number().lt(9), 9, ['must be less than 9']],
    ['none of a few values', z.enum(['a', 'b']), 'c', ['must be one of "a", "b"']],
    ['not the one value', z.literal('a'), 'c', ['must be "a"']],
    ['an unknown field', shape, { kind: 'group', groupId: 'g', x: 1 }, ['unknown field "x"']],
    ['unknown fields', z.strictObject({}), { x: 1, y: 2 }, ['unknown fields "x", "y"']],
    ['a pattern', z.string().regex(/^a+$/), 'b', ['must match /^a+$/']],
    [
      'an address with a name',
      z.email(),
      'Ann <ann@acme.com>',
      ['must be an email address and nothing else, such as ann@acme.com'],
    ],
    ['none of two types', z.union([short, shape]), 5, ['must be a string or an object, and is a number']],
    ['neither of two types', z.object({ to: z.union([short, shape]) }), {}, ['to: is required: a string or an object']],
    ['the one that was meant', z.union([short, shape]), { kind: 'node', groupId: 'g' }, ['kind: must be "group"']],
    ['words of its own', z.string({ error: 'say who' }), 5, ['say who']],
  ])('%s', (_, schema, value, texts) => {
    expect(wrong(schema, value)).toEqual(texts);
  });

  test('in a definition', () => {
    const nodes = [
      { nodeId: 'a', type: 'fax' },
      { nodeId: 'b', type: 'notification', config: { channel: 'fax' } },
    ];
    const edges = [{ from: 1, to: 'b', on: 'maybe' }];
    expect(wrong(definitionCreateSchema, { definitionId: 'one', nodes, edges, color: 'red' })).toEqual([
      'name: is required: a string',
      'nodes: 0: type: must be one of "agent", "human", "webhook", "notification"',
      'nodes: 1: config: channel: must be one of "email", "slack"',
      'nodes: 1: config: bodyTemplate: is required: a string',
      'edges: 0: from: must be a string or an object, and is a number',
      'edges: 0: on: must be one of "always", "approve", "reject", "custom", "exhausted"',
      'unknown field "color"',
    ]);
  });
});
