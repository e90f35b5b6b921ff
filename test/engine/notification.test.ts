import { describe, expect, test } from '@jest/globals';
import { Scene } from './scene';

/** What the only node mails. */
function mailOf(subjectTemplate: string | undefined, name: string | undefined, isFromBefore = false) {
  const config = { channel: 'email', recipients: ['ann@acme.com'], bodyTemplate: 'Hello', subjectTemplate };
  const triggerContext = { blank: ' \u3000\t', title: 'Spring' };
  const shape = { nodes: [{ nodeId: 'tell', type: 'notification', name, config }] };
  const { effects } = Scene.of(shape, { triggerContext, ...(isFromBefore && { namesMails: undefined as never }) });
  return (effects[0] as { readonly request: { readonly message: object } }).request.message;
}

describe('the subject of a mail', () => {
  test.each<[string, string | undefined, string | undefined, string]>([
    ['its template', 'Asset {{input.title}}', 'Tell legal', 'Asset Spring'],
    ["the node's name without a template", undefined, 'Tell legal', 'Tell legal'],
    ["the definition's name without either", undefined, undefined, 'Under test'],
    ["the node's name where the template puts in what is not there", '{{input.missing}}', 'Tell legal', 'Tell legal'],
    ["the node's name where it puts in blanks", '{{input.blank}} ', 'Tell legal', 'Tell legal'],
    ["the definition's name where the node's is blank too", '', '\u00a0 ', 'Under test'],
  ])('is %s', (_what, template, name, subject) => {
    expect(mailOf(template, name)).toMatchObject({ channel: 'email', subject });
  });

  test('of an execution from before this was so stays empty', () => {
    expect(mailOf('{{input.missing}} ', 'Tell legal', true)).toMatchObject({ subject: ' ' });
  });
});
