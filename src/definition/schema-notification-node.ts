// The strict configuration of notification nodes (contract 4 section 3), defaults filled in.
import { z } from 'zod';
import type { NotificationConfig } from './definition';
import { LIMITS } from './limits';
import { absentAs, absentable, emailAddresses, text } from './schema-parts';

export const notificationConfig = z
  .strictObject({
    channel: z.enum(['email', 'slack']),
    bodyTemplate: text(1, LIMITS.bodyTemplateLengthMax),
    recipients: absentable(emailAddresses(LIMITS.recipientsMax)),
    subjectTemplate: absentable(text(0, LIMITS.subjectTemplateLengthMax)),
    slackTarget: absentable(
      text(1, LIMITS.urlLengthMax).regex(
        /^(?:[A-Za-z0-9_-]{1,64}|https?:\/\/\S+)$/i,
        'slackTarget is the id of a channel, such as C0123456789, or the URL of an incoming webhook',
      ),
    ),
    format: absentAs(z.enum(['text', 'html', 'slack-blocks']), 'text' as const),
  })
  .transform((config, context): NotificationConfig => {
    const complain = (message: string, field: string) => context.addIssue({ code: 'custom', message, path: [field] });
    const { channel, bodyTemplate, recipients, subjectTemplate, slackTarget, format } = config;
    if (channel === 'email') {
      if (recipients === undefined) complain('a notification by email needs recipients', 'recipients');
      if (slackTarget !== undefined) complain('slackTarget belongs to the channel slack', 'slackTarget');
      if (format === 'slack-blocks') complain('slack-blocks belongs to the channel slack', 'format');
      const form = format === 'html' ? 'html' : 'text';
      return { channel, bodyTemplate, recipients: recipients ?? [], subjectTemplate, format: form };
    }
    if (slackTarget === undefined) complain('a notification to Slack needs a slackTarget', 'slackTarget');
    if (recipients !== undefined) complain('recipients belong to the channel email', 'recipients');
    if (subjectTemplate !== undefined) complain('subjectTemplate belongs to the channel email', 'subjectTemplate');
    if (format === 'html') complain('html belongs to the channel email', 'format');
    const form = format === 'slack-blocks' ? 'slack-blocks' : 'text';
    return { channel, bodyTemplate, slackTarget: slackTarget ?? '', format: form };
  });
