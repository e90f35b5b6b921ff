// The activity that mails a reminder once. Where no mail can be sent it does nothing: the event is the reminder.
import type { JsonObject } from '../definition/json';
import type { ReminderTask } from '../workflows/contract/activities';
import { withHeartbeats } from './heartbeats';
import type { Mailer } from './mail';
import { messageKeyOf } from './message-key';
import { sendEmail } from './send-notification';

/** `mailer: null`: SMTP_URL is not set. */
export function sendReminderActivity({ mailer }: { readonly mailer: Mailer | null }) {
  return async function sendReminder({ request, n }: ReminderTask): Promise<JsonObject> {
    const { message } = request;
    if (mailer === null || message.channel !== 'email') return { channel: 'email', accepted: [], rejected: [] };
    return withHeartbeats(() => sendEmail(message, messageKeyOf(request, `reminder ${n}`), mailer));
  };
}
