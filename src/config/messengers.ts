// How the operator lets mail and Slack messages be sent: read by the configuration, used by the worker.

export interface MailSettings {
  /** `smtp://` or `smtps://`, with user name and password where the server wants them. */
  readonly smtpUrl: string;
  /** `Countersign <approvals@acme.com>` */
  readonly from: string;
}

export interface SlackSettings {
  readonly botToken: string;
  /** Slack's own by default. */
  readonly apiUrl: string | null;
}
