// Mail over the operator's SMTP server: one message to all recipients, and who of them was accepted.

import { createTransport } from 'nodemailer';
import type { MailSettings } from '../config/messengers';
import { beginningOf } from '../definition/beginning';

export interface MailMessage {
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly body: string;
  readonly format: 'text' | 'html';
  /** The same for every attempt: a mail client shows a repeat once. */
  readonly messageKey: string;
}

export type MailOutcome =
  | { readonly kind: 'accepted'; readonly accepted: readonly string[]; readonly rejected: readonly string[] }
  /** Nobody was accepted. */
  | { readonly kind: 'failed'; readonly message: string; readonly isFinal: boolean };

export interface Mailer {
  /** Never rejects. */
  send(message: MailMessage): Promise<MailOutcome>;
}

/** Of each step of the conversation with the server. */
const TIMEOUT_MS = 15_000;
/** Of all of it: a server that says a little now and then never idles. The activity has two minutes. */
const SEND_MS_MAX = 110_000;
const REPLY_LENGTH_MAX = 300;

/** `sendMsMax`: only tests have another one. */
export function createMailer({ smtpUrl, from }: MailSettings, sendMsMax = SEND_MS_MAX): Mailer {
  const transport = createTransport(
    { url: smtpUrl, connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS },
    { from, disableFileAccess: true, disableUrlAccess: true },
  );
  return {
    async send({ recipients, subject, body, format, messageKey }) {
      try {
        const { accepted, rejected } = await transport.sendMail({
          to: recipients.map((address) => ({ name: '', address })),
          subject,
          messageId: `<${messageKey}@countersign>`,
          signal: AbortSignal.timeout(sendMsMax),
          ...(format === 'html' ? { html: body } : { text: body }),
        });
        return { kind: 'accepted', accepted: accepted.map(addressIn), rejected: rejected.map(addressIn) };
      } catch (error) {
        return failed(error, sendMsMax);
      }
    },
  };
}

/** In nodemailer's codes. The address is the operator's to know. */
const CAUSES: Readonly<Record<string, string>> = {
  EDNS: 'the host of SMTP_URL has no address',
  ESOCKET: 'it cannot be reached where SMTP_URL says, or not in that way (smtp or smtps)',
  ECONNECTION: 'it closed the connection',
  ETIMEDOUT: `it did not answer within ${TIMEOUT_MS / 1000} s`,
  EPROTOCOL: 'what listens where SMTP_URL says is no mail server',
  ETLS: 'its TLS or certificate is not accepted',
};

/** A 5xx of the server is final, and so are credentials that it does not take; the rest may pass. */
function failed(error: unknown, sendMsMax: number): MailOutcome {
  const { code, responseCode, response } = error as { code?: string; responseCode?: number; response?: string };
  if (code === 'EABORT') {
    return { kind: 'failed', message: `The mail server was not done after ${sendMsMax / 1000} s.`, isFinal: false };
  }
  // Some servers repeat what they do not take, and that is a password here.
  if (code === 'EAUTH') {
    return {
      kind: 'failed',
      message: `The mail server takes no one by SMTP_URL (${responseCode ?? code}).`,
      isFinal: (responseCode ?? 500) >= 500,
    };
  }
  const reply = typeof response === 'string' ? `: ${beginningOf(response, REPLY_LENGTH_MAX)}` : '';
  if (typeof responseCode === 'number') {
    return {
      kind: 'failed',
      message: `The mail server answered ${responseCode}${reply}`,
      isFinal: responseCode >= 500,
    };
  }
  const isFinal = code === 'ENOAUTH';
  const why = CAUSES[code ?? ''];
  const message = `The mail server could not be used${why ? `: ${why}` : ''} (${code ?? 'unknown'}).`;
  return { kind: 'failed', message, isFinal };
}

const addressIn = (recipient: string | { address: string }): string =>
  typeof recipient === 'string' ? recipient : recipient.address;
