// A webhook of the provider custom takes certain events only, and nothing says where their name stands: it takes none.
import type { Rule } from '../rule';

export const triggerIgnoresEveryEvent: Rule = {
  code: 'trigger-ignores-every-event',
  *check({ definition }) {
    for (const [index, { triggerId, inboundWebhook }] of definition.triggers.entries()) {
      if (inboundWebhook?.provider !== 'custom' || inboundWebhook.allowedEvents === undefined) continue;
      if (inboundWebhook.eventNameHeader !== undefined) continue;
      const message = `Trigger "${triggerId}" of the provider custom has allowedEvents and no eventNameHeader: no event has a name, so all of them are ignored.`;
      yield { message, path: `triggers[${index}].inboundWebhook.allowedEvents` };
    }
  },
};
