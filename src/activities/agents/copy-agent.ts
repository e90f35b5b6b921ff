// The example agent `copy-agent-v1`: drafts marketing copy from what the execution was triggered with.
import type { Json } from '../../definition/json';
import type { ModuleAgent } from './agent';

export const copyAgent: ModuleAgent = ({ triggerContext, promptOverride, previousAttempts = [] }) => {
  const campaign = text(triggerContext.campaign) ?? 'the campaign';
  const asset = text(triggerContext.assetId);
  const headline = `${campaign}: say it once, say it well`;
  return {
    headline,
    body: `${promptOverride ?? `Everything you need to know about ${campaign}`}.${asset ? ` (${asset})` : ''}`,
    revision: previousAttempts.length + 1,
    summary: `Drafted "${headline}"`,
  };
};

const text = (value: Json | undefined): string | null => (typeof value === 'string' && value !== '' ? value : null);
