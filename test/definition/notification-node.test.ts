// Notification nodes as a caller sends them: what they come to, and what is refused with its place.
import { describe, expect, test } from '@jest/globals';
import { LIMITS } from '../../src/definition/limits';
import { notificationConfig } from '../../src/definition/schema-notification-node';

const MAIL = { channel: 'email', bodyTemplate: 'Hello', recipients: ['ada@example.com'] };
const SLACK = { channel: 'slack', bodyTemplate: 'Hello', slackTarget: 'C0123456789' };
const at = (value: object): readonly (readonly [string, string])[] =>
  (notificationConfig.safeParse(value).error?.issues ?? []).map(({ path, message }) => [path.join('.'), message]);

describe('a notification node', () => {
  test.each<[string, object, object]>([
    ['by email: as text, unless it says otherwise', MAIL, { ...MAIL, subjectTemplate: undefined, format: 'text' }],
    [
      'by email, with a subject, as HTML',
      { ...MAIL, subjectTemplate: '', format: 'html' },
      { ...MAIL, subjectTemplate: '', format: 'html' },
    ],
    ['to a channel of Slack', SLACK, { ...SLACK, format: 'text' }],
    ['to Slack in blocks', { ...SLACK, format: 'slack-blocks' }, { ...SLACK, format: 'slack-blocks' }],
    [
      "to a webhook of Slack, with nulls for what is the other channel's",
      { ...SLACK, slackTarget: 'https://hooks.slack.com/services/T/B/x', recipients: null, subjectTemplate: null },
      { ...SLACK, slackTarget: 'https://hooks.slack.com/services/T/B/x', format: 'text' },
    ],
  ])('%s', (_, value, config) => {
    expect(notificationConfig.parse(value)).toStrictEqual(config);
  });

  test.each<[string, object, string, RegExp]>([
    ['no channel', { ...MAIL, channel: undefined }, 'channel', /email/],
    ['another channel', { ...MAIL, channel: 'fax' }, 'channel', /email/],
    ['no body', { ...MAIL, bodyTemplate: '' }, 'bodyTemplate', /1/],
    ['a long body', { ...MAIL, bodyTemplate: 'x'.repeat(LIMITS.bodyTemplateLengthMax + 1) }, 'bodyTemplate', /\d/],
    [
      'a long subject',
      { ...MAIL, subjectTemplate: 'x'.repeat(LIMITS.subjectTemplateLengthMax + 1) },
      'subjectTemplate',
      /\d/,
    ],
    ['an unknown field', { ...MAIL, cc: [] }, '', /"cc"/],
    [
      'an email to nobody',
      { ...MAIL, recipients: undefined },
      'recipients',
      /^a notification by email needs recipients$/,
    ],
    ['an empty list of recipients', { ...MAIL, recipients: [] }, 'recipients', /1/],
    ['what is no address', { ...MAIL, recipients: ['ada'] }, 'recipients.0', /email/i],
    [
      'an email with a slackTarget',
      { ...MAIL, slackTarget: 'C1' },
      'slackTarget',
      /^slackTarget belongs to the channel slack$/,
    ],
    [
      'an email in blocks',
      { ...MAIL, format: 'slack-blocks' },
      'format',
      /^slack-blocks belongs to the channel slack$/,
    ],
    ['a format of its own', { ...MAIL, format: 'rtf' }, 'format', /text/],
    [
      'Slack and no target',
      { ...SLACK, slackTarget: undefined },
      'slackTarget',
      /^a notification to Slack needs a slackTarget$/,
    ],
    [
      'a target that is neither',
      { ...SLACK, slackTarget: '#general' },
      'slackTarget',
      /^slackTarget is the id of a channel/,
    ],
    [
      'a target with more behind it',
      { ...SLACK, slackTarget: 'C1 ' },
      'slackTarget',
      /^slackTarget is the id of a channel/,
    ],
    ['a target with more before it', { ...SLACK, slackTarget: ' https://a' }, 'slackTarget', /^slackTarget is the id/],
    ['a long id of a channel', { ...SLACK, slackTarget: 'C'.repeat(65) }, 'slackTarget', /^slackTarget is the id/],
    [
      'Slack with recipients',
      { ...SLACK, recipients: ['ada@example.com'] },
      'recipients',
      /^recipients belong to the channel email$/,
    ],
    [
      'Slack with a subject',
      { ...SLACK, subjectTemplate: 'x' },
      'subjectTemplate',
      /^subjectTemplate belongs to the channel email$/,
    ],
    ['Slack as HTML', { ...SLACK, format: 'html' }, 'format', /^html belongs to the channel email$/],
  ])('refuses %s', (_, value, path, message) => {
    expect(at(value)).toEqual([[path, expect.stringMatching(message)]]);
  });
});
