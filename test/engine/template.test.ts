import { describe, expect, test } from '@jest/globals';
import {
  asHtml,
  asIs,
  asOneLine,
  asSlackJson,
  asSlackText,
  type Escape,
  renderTemplate,
} from '../../src/engine/template';

const ROOTS = { input: { name: 'Ann', n: 7, off: false, none: null, list: [{ a: 1 }], html: '<b>&"\'' }, step: {} };
const render = (template: string, put: Escape = asIs, lengthMax = 1_000) =>
  renderTemplate(template, ROOTS, { put, lengthMax });

describe('a template', () => {
  test.each([
    ['Hello {{input.name}}, {{ input.n }} {{input.off}}', 'Hello Ann, 7 false'],
    ['[{{input.none}}{{input.missing}}{{input.name.first}}{{nowhere}}]', '[]'],
    ['{{input.list}} {{input.list.0.a}}', '[{"a":1}] 1'],
    ['{{constructor}}{{input.constructor}}{{__proto__}}{{input.__proto__.polluted}}{{input.toString}}', ''],
    ['{{input.name.length}}{{input.name.0}}', ''],
    ['{ {input.name} } {{input name}} {{}} {{{input.name}}}', '{ {input.name} } {{input name}} {{}} {Ann}'],
    ['$& $1 {{input.name}}', '$& $1 Ann'],
  ])('%s becomes %s', (template, text) => {
    expect(render(template)).toBe(text);
  });

  test('does not look again at what was put in', () => {
    const roots = { input: { a: '{{input.b}}', b: 'secret' } };
    expect(renderTemplate('{{input.a}}', roots, { put: asIs, lengthMax: 100 })).toBe('{{input.b}}');
  });

  test('escapes values and leaves its own words alone', () => {
    expect(render('<p>{{input.html}}</p>', asHtml)).toBe('<p>&lt;b&gt;&amp;&quot;&#39;</p>');
    expect(render('*{{input.html}}*', asSlackText)).toBe('*&lt;b&gt;&amp;"\'*');
    expect(JSON.parse(render('["{{input.html}}"]', asSlackJson) ?? '')).toEqual(['&lt;b&gt;&amp;"\'']);
  });

  test('gives up before it grows beyond its limit', () => {
    expect(render('{{input.name}}'.repeat(100), asIs, 300)).toBe('Ann'.repeat(100));
    expect(render('{{input.name}}'.repeat(101), asIs, 300)).toBeNull();
  });

  test('a line break cannot begin another header', () => {
    expect(asOneLine('a\r\nBcc: x@y.z\u2028b\0')).toBe('a Bcc: x@y.z b ');
  });
});
