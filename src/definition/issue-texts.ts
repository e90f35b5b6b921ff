// What a schema finds wrong, in words that say what to write instead. Schemas that have words of their own keep them.
import type { z } from 'zod';
import { counted } from './counted';

type Issue = z.core.$ZodRawIssue;

const NOUNS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

/** For `safeParse`; undefined where zod's own words do. */
export function issueText(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `is required: ${nounOf(issue.expected)}`
        : `must be ${nounOf(issue.expected)}, and is ${kindOf(issue.input, issue.expected)}`;
    case 'invalid_value':
      return oneOf(issue.values);
    case 'unrecognized_keys':
      return `unknown field${issue.keys.length > 1 ? 's' : ''} ${quoted(issue.keys)}`;
    case 'too_small':
      return atLeast(issue.origin, issue.minimum, issue.inclusive !== false);
    case 'too_big':
      return atMost(issue.origin, issue.maximum, issue.inclusive !== false);
    case 'invalid_format':
      if (issue.format === 'email') return 'must be an email address and nothing else, such as ann@acme.com';
      return issue.format === 'regex' ? `must match ${issue.pattern}` : undefined;
    case 'invalid_union':
      return noneOf(issue);
    case 'invalid_key':
      return `its name ${issue.issues[0]?.message}`;
    default:
      return undefined;
  }
}

const nounOf = (expected: string): string => NOUNS[expected] ?? expected;

/** A number is repeated only where one was expected: in place of a text it may be a secret. */
function kindOf(value: unknown, expected?: string): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && (expected === 'int' || expected === 'number')) return String(value);
  return nounOf(typeof value);
}

const quoted = (values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join(', ');

const oneOf = (values: readonly unknown[]): string =>
  values.length === 1 ? `must be ${quoted(values)}` : `must be one of ${quoted(values)}`;

function atLeast(origin: string, minimum: unknown, isInclusive: boolean): string | undefined {
  if (origin === 'string')
    return minimum === 1 ? 'must not be empty' : `must have at least ${counted(minimum, 'character')}`;
  if (origin === 'array' || origin === 'set') {
    return minimum === 1 ? 'must not be empty' : `must have at least ${counted(minimum, 'item')}`;
  }
  return isNumber(origin) ? `must be ${isInclusive ? 'at least' : 'more than'} ${minimum}` : undefined;
}

function atMost(origin: string, maximum: unknown, isInclusive: boolean): string | undefined {
  if (origin === 'string') return `must have at most ${counted(maximum, 'character')}`;
  if (origin === 'array' || origin === 'set') return `must have at most ${counted(maximum, 'item')}`;
  return isNumber(origin) ? `must be ${isInclusive ? 'at most' : 'less than'} ${maximum}` : undefined;
}

const isNumber = (origin: string): boolean => origin === 'number' || origin === 'int';

type UnionIssue = Extract<Issue, { readonly code: 'invalid_union' }>;
type Finding = UnionIssue['errors'][number][number];

/** Of a choice of shapes: what is wrong with the one that was meant, where that can be told. */
function noneOf({ errors, options, input }: UnionIssue & { readonly options?: unknown }): string | undefined {
  if (Array.isArray(options)) return oneOf(options);
  const isOfOtherKind = ([first]: readonly Finding[]) => first?.code === 'invalid_type' && first.path.length === 0;
  const meant = errors.filter((findings) => !isOfOtherKind(findings));
  const [[first] = []] = meant;
  if (meant.length === 1 && first) return `${first.path.map((part) => `${String(part)}: `).join('')}${first.message}`;
  if (meant.length > 0) return undefined;
  const nouns = errors.flatMap(([finding]) => (finding?.code === 'invalid_type' ? [nounOf(finding.expected)] : []));
  const wanted = [...new Set(nouns)].join(' or ');
  return input === undefined ? `is required: ${wanted}` : `must be ${wanted}, and is ${kindOf(input)}`;
}
