// What a trigger may be: defaults, bounds, and what is refused with its place.
import { describe, expect, test } from '@jest/globals';
import { definitionCreateSchema } from '../../src/definition/schema';
import { agent } from './shapes';

const parse = (...triggers: object[]) =>
  definitionCreateSchema.safeParse({ definitionId: 'the-id', name: 'A name', nodes: [agent('a')], triggers });
const hook = (rest: object = {}, triggerId = 'hook') => ({
  triggerId,
  inboundWebhook: { authMode: 'hmac', secret: '0123456789abcdef', ...rest },
});
const clock = (rest: object = {}) => ({
  triggerId: 'clock',
  schedule: { cron: '0 9 * * 1', timezone: 'UTC', enabled: true, ...rest },
});
const custom = (rest: object) => hook({ provider: 'custom', signatureHeader: 'x-signature', ...rest });

describe('triggers', () => {
  test.each<[string, object[]]>([
    ['none', []],
    ['fifty', Array.from({ length: 50 }, (_, index) => hook({}, `t${index}`))],
    ['one without a mechanism', [{ triggerId: 'x'.repeat(128), eventName: 'comment.added', filters: { a: [1] } }]],
    ['a schedule and a webhook beside each other', [hook(), clock({ payloadTemplate: { a: 1 } })]],
    ['a schedule that is off', [clock({ enabled: false, payloadTemplate: null })]],
    ['a webhook without its secret, which an update may leave out', [hook({ secret: null })]],
    ['what a provider does anyway', [hook({ provider: 'github', signatureHeader: 'X-Hub-Signature-256' })]],
    [
      'everything a custom sender needs',
      [custom({ signatureAlgorithm: 'sha1', signaturePrefix: '', eventNameHeader: 'x-e' })],
    ],
    ['bearer', [hook({ authMode: 'bearer' })]],
    ['a secret of any characters that only signs', [hook({ secret: ' schlüssel-0123456789\n' })]],
    ['a prefix with blanks inside and behind', [custom({ signaturePrefix: 'v1 , ' })]],
  ])('are taken: %s', (_what, triggers) => {
    expect(parse(...triggers).error?.issues).toBeUndefined();
  });

  test('defaults are filled in, and header names are in lower case', () => {
    expect(parse(hook({ idempotencyHeader: 'X-Event-Id' })).data?.triggers).toEqual([
      {
        triggerId: 'hook',
        inboundWebhook: {
          authMode: 'hmac',
          secret: '0123456789abcdef',
          provider: 'velt',
          idempotencyHeader: 'x-event-id',
          payloadMapping: 'pass-through',
        },
      },
    ]);
  });

  test.each<[string, object[], string, RegExp]>([
    ['51 of them', Array.from({ length: 51 }, (_, index) => hook({}, `t${index}`)), 'triggers', /50/],
    ['one id twice', [hook(), { triggerId: 'hook' }], 'triggers.1.triggerId', /unique/],
    ['no id', [{ eventName: 'x' }], 'triggers.0.triggerId', /./],
    ['an id that is too long', [{ triggerId: 'x'.repeat(129) }], 'triggers.0.triggerId', /128/],
    ['both mechanisms', [{ ...hook(), ...clock() }], 'triggers.0.schedule', /either a schedule or an inboundWebhook/],
    ['an unknown field', [{ triggerId: 't', webhook: {} }], 'triggers.0', /webhook/],
    [
      'a schedule that does not say whether it is on',
      [clock({ enabled: undefined })],
      'triggers.0.schedule.enabled',
      /./,
    ],
    ['a secret that is too short', [hook({ secret: '0123456789abcde' })], 'triggers.0.inboundWebhook.secret', /16/],
    ['a secret that is too long', [hook({ secret: 'x'.repeat(513) })], 'triggers.0.inboundWebhook.secret', /512/],
    ['no way to authenticate', [hook({ authMode: undefined })], 'triggers.0.inboundWebhook.authMode', /./],
    [
      'bearer for others',
      [hook({ authMode: 'bearer', provider: 'github' })],
      'triggers.0.inboundWebhook.authMode',
      /velt only/,
    ],
    [
      'a header that would be ignored',
      [hook({ signatureHeader: 'x-own' })],
      'triggers.0.inboundWebhook.signatureHeader',
      /custom only/,
    ],
    [
      'a custom sender without a header',
      [hook({ provider: 'custom' })],
      'triggers.0.inboundWebhook.signatureHeader',
      /needs/,
    ],
    [
      'a header that is none',
      [custom({ eventNameHeader: 'x e' })],
      'triggers.0.inboundWebhook.eventNameHeader',
      /header's name/,
    ],
    ...[' 0123456789abcdef', '0123456789abcdef ', '0123456789abcdef\n'].map(
      (secret): [string, object[], string, RegExp] => [
        `a bearer secret that no header brings: ${JSON.stringify(secret)}`,
        [hook({ authMode: 'bearer', secret })],
        'triggers.0.inboundWebhook.secret',
        /no control characters/,
      ],
    ),
    ...[' v1=', 'v1\n'].map((signaturePrefix): [string, object[], string, RegExp] => [
      `a prefix that no header brings: ${JSON.stringify(signaturePrefix)}`,
      [custom({ signaturePrefix })],
      'triggers.0.inboundWebhook.signaturePrefix',
      /no control characters/,
    ]),
    ['no allowed event', [hook({ allowedEvents: [] })], 'triggers.0.inboundWebhook.allowedEvents', /./],
    [
      'a path with an empty part',
      [hook({ idempotencyBodyPath: 'a..b' })],
      'triggers.0.inboundWebhook.idempotencyBodyPath',
      /dot path/,
    ],
  ])('are refused: %s', (_what, triggers, path, message) => {
    const issue = parse(...triggers).error?.issues.find((it) => it.path.join('.') === path);
    expect(issue?.message).toMatch(message);
  });
});
