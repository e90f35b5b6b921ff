// The strict configuration of each node type (contract 2 section 2), defaults filled in.
import { z } from 'zod';
import type { ResolutionPolicy } from './definition';
import { LIMITS } from './limits';
import { absentAs, absentable, emailAddresses, freeForm, identifier, text } from './schema-parts';

const RETRY = { maxAttempts: 3, initialIntervalMs: 1_000, backoffCoefficient: 2 } as const;

const retry = z.strictObject({
  maxAttempts: absentAs(z.int().min(1).max(LIMITS.retryAttemptsMax), RETRY.maxAttempts),
  initialIntervalMs: absentAs(z.int().min(1).max(LIMITS.retryIntervalMsMax), RETRY.initialIntervalMs),
  backoffCoefficient: absentAs(z.number().min(1).max(LIMITS.retryBackoffMax), RETRY.backoffCoefficient),
});

const resolutionPolicy = z
  .strictObject({ kind: z.enum(['allResolved', 'minResolved']), minCount: absentable(z.int().min(1)) })
  .transform(({ kind, minCount }, context): ResolutionPolicy => {
    const complain = (message: string) => context.addIssue({ code: 'custom', message, path: ['minCount'] });
    if (kind === 'minResolved' && minCount === undefined) complain('minResolved needs a minCount');
    if (kind === 'allResolved' && minCount !== undefined) complain('minCount belongs to the kind minResolved');
    return kind === 'allResolved' ? { kind } : { kind, minCount: minCount ?? 1 };
  });

const agentFields = z.strictObject({
  agentId: identifier(LIMITS.agentIdLengthMax),
  url: absentable(text(1, LIMITS.urlLengthMax)),
  urlPath: absentable(
    text(1, LIMITS.urlPathLengthMax).regex(
      /^[^.]+(?:\.[^.]+)*$/,
      'urlPath is a dot path into triggerContext, such as asset.url',
    ),
  ),
  promptOverride: absentable(text(0, LIMITS.promptOverrideLengthMax)),
  inputMapping: absentable(freeForm),
  userContextMapping: absentable(freeForm),
  blocking: absentAs(z.boolean(), false),
  resolutionPolicy: absentable(resolutionPolicy),
  agentMaxRuntimeMs: absentAs(z.int().min(1).max(LIMITS.agentMaxRuntimeMsMax), LIMITS.agentMaxRuntimeMsDefault),
  requireNonEmptyOutput: absentAs(z.boolean(), false),
  retry: absentAs(retry, RETRY),
});

export const agentConfig = agentFields.superRefine(({ blocking, resolutionPolicy }, context) => {
  if (!blocking || resolutionPolicy !== undefined) return;
  const message = 'an agent with blocking: true needs a resolutionPolicy, such as { "kind": "allResolved" }';
  context.addIssue({ code: 'custom', message, path: ['resolutionPolicy'] });
});

const remindMs = z.int().min(LIMITS.remindMsMin).max(LIMITS.slaMsMax);
const userId = identifier(LIMITS.userIdLengthMax);

export const humanConfig = z
  .strictObject({
    reviewers: absentable(z.array(z.strictObject({ userId, mandatory: z.boolean() })).max(LIMITS.reviewersMax)),
    reviewerIds: absentable(z.array(userId).max(LIMITS.reviewersMax)),
    reviewerEmails: absentable(z.array(z.email().max(LIMITS.emailLengthMax)).max(LIMITS.reviewerEmailsMax)),
    commentBody: absentable(text(0, LIMITS.commentBodyLengthMax)),
    remindAfterMs: absentable(remindMs),
    remindEveryMs: absentable(remindMs),
    maxReminders: absentable(z.int().min(1).max(LIMITS.remindersMax)),
    reminderRecipients: absentable(emailAddresses(LIMITS.recipientsMax)),
  })
  .superRefine(({ reviewers, reviewerIds, ...reminders }, context) => {
    const complain = (message: string, field: string) => context.addIssue({ code: 'custom', message, path: [field] });
    if (reminders.remindAfterMs === undefined && reminders.remindEveryMs === undefined) {
      for (const field of ['maxReminders', 'reminderRecipients'] as const) {
        if (reminders[field] === undefined) continue;
        complain(`${field} needs remindAfterMs or remindEveryMs, which say when reminders come`, field);
      }
    }
    if (reviewers && reviewerIds) return complain('cannot set both reviewerIds and reviewers, use one', 'reviewers');
    const userIds = reviewerIds ?? reviewers?.map((reviewer) => reviewer.userId) ?? [];
    const field = reviewerIds ? 'reviewerIds' : 'reviewers';
    if (userIds.length === 0) return complain('at least one of reviewerIds or reviewers must be provided', field);
    if (new Set(userIds).size < userIds.length) complain('reviewer userIds must be unique', field);
    if (reviewers && !reviewers.some((reviewer) => reviewer.mandatory)) {
      complain('reviewers must include at least one mandatory reviewer', field);
    }
  });
