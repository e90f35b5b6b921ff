// A JSON Schema as a table for people: a row for each field, nested ones indented.
import { counted } from '../../definition/counted';
import { type Html, html, prose } from './html';
import type { JsonSchema } from './json-schema';

interface Row {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly rules: string;
  readonly depth: number;
}

const DEPTH_MAX = 5;

/** Named schemas are linked, not repeated. */
export function fieldTable(schema: JsonSchema): Html {
  const rows = rowsOf(schema, 0);
  if (rows.length === 0) return html`<p>${typeOf(schema)}</p>`;
  return html`<table class="fields"><thead><tr><th scope="col">field</th><th scope="col">type</th><th scope="col">rules</th></tr></thead><tbody>${rows.map(row)}</tbody></table>`;
}

function row({ name, type, isRequired, rules, depth }: Row): Html {
  const required = isRequired ? html`<b>required</b>${rules === '' ? '' : ', '}` : html``;
  return html`<tr><td class="d${depth}"><code>${name}</code></td><td>${linked(type)}</td><td>${required}${prose(rules)}</td></tr>`;
}

/** `DefinitionView[]` leads to the schema of that name. */
function linked(type: string): Html {
  const parts = type.split(/(#\w+)/).filter((part) => part !== '');
  return html`${parts.map((part) =>
    part.startsWith('#') ? html`<a href="${part}">${part.slice(1)}</a>` : html`${part}`,
  )}`;
}

function rowsOf(schema: JsonSchema, depth: number): Row[] {
  if (depth > DEPTH_MAX) return [];
  const required = (schema.required ?? []) as readonly string[];
  const properties = Object.entries((schema.properties ?? {}) as Readonly<Record<string, JsonSchema>>);
  const own = properties.flatMap(([name, property]): Row[] => {
    const isRequired = required.includes(name);
    const row = { name, type: typeOf(property), isRequired, rules: rulesOf(property), depth };
    return [row, ...rowsOf(property, depth + 1)];
  });
  const inner = [...variantsOf(schema), ...(isSchema(schema.items) ? [schema.items] : [])];
  return [...own, ...inner.flatMap((variant) => rowsOf(variant, depth))];
}

function typeOf(schema: JsonSchema): string {
  if (typeof schema.$ref === 'string') return `#${schema.$ref.split('/').at(-1)}`;
  if ('const' in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const variants = variantsOf(schema);
  if (variants.length > 0) return [...new Set(variants.map(typeOf))].join(' | ');
  const types = [schema.type ?? 'any'].flat().map(String);
  return types.map((type) => (type === 'array' && isSchema(schema.items) ? listOf(schema.items) : type)).join(' | ');
}

function listOf(items: JsonSchema): string {
  const type = typeOf(items);
  return type.includes(' ') ? `(${type})[]` : `${type}[]`;
}

const RULES: readonly (readonly [keyword: string, say: (value: unknown) => string])[] = [
  ['description', String],
  ['minLength', (value) => (value === 0 ? '' : `at least ${counted(value, 'character')}`)],
  ['maxLength', (value) => `at most ${counted(value, 'character')}`],
  ['minimum', (value) => (value === Number.MIN_SAFE_INTEGER ? '' : `at least ${value}`)],
  ['maximum', (value) => (value === Number.MAX_SAFE_INTEGER ? '' : `at most ${value}`)],
  ['minItems', (value) => (value === 0 ? '' : `at least ${counted(value, 'item')}`)],
  ['maxItems', (value) => `at most ${counted(value, 'item')}`],
  ['pattern', (value) => `matches \`\`${value}\`\``],
];

/** Of the schema, and of what it may be beside null. */
function rulesOf(schema: JsonSchema): string {
  const own = RULES.flatMap(([keyword, say]) => (keyword in schema ? [say(schema[keyword])] : []));
  const [only, ...others] = variantsOf(schema).filter((variant) => variant.type !== 'null');
  const inner = only && others.length === 0 ? [rulesOf(only)] : [];
  return [...own, ...inner].filter((text) => text !== '').join(', ');
}

const variantsOf = (schema: JsonSchema): readonly JsonSchema[] =>
  (schema.anyOf ?? schema.oneOf ?? []) as readonly JsonSchema[];

const isSchema = (value: unknown): value is JsonSchema => typeof value === 'object' && value !== null;
