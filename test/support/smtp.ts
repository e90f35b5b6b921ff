// A real SMTP server on this machine that keeps what came, and refuses whom its script says.
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body as they arrived. */
  readonly raw: string;
}

export interface MailServer {
  /** For SMTP_URL. */
  readonly url: string;
  readonly mails: readonly Mail[];
  /** The SMTP code with which recipients are refused, or null: accepted, as all are by default. */
  refuse(script: (address: string) => number | null): void;
  /** Resolves when a mail like this has come. */
  received(isMeant: (mail: Mail) => boolean): Promise<Mail>;
  close(): Promise<void>;
}

export interface MailServerOptions {
  /** Nobody's password is right, and what it does not take it repeats, as some servers do. */
  readonly refusesPasswords?: boolean;
}

export async function startMailServer({ refusesPasswords = false }: MailServerOptions = {}): Promise<MailServer> {
  const mails: Mail[] = [];
  const waiting = new Set<() => void>();
  let script: (address: string) => number | null = () => null;
  const server = new SMTPServer({
    authOptional: !refusesPasswords,
    allowInsecureAuth: true,
    disabledCommands: refusesPasswords ? ['STARTTLS'] : ['STARTTLS', 'AUTH'],
    onAuth({ username = '', password = '' }, _session, callback) {
      const said = Buffer.from(`\0${username}\0${password}`).toString('base64');
      callback(Object.assign(new Error(`not taken: AUTH PLAIN ${said}`), { responseCode: 535 }));
    },
    onRcptTo({ address }, _session, callback) {
      const responseCode = script(address);
      if (responseCode === null) callback();
      else callback(Object.assign(new Error('not wanted here'), { responseCode }));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : (mailFrom?.address ?? ''),
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString('utf8'),
        });
        callback();
        for (const look of waiting) look();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    refuse: (next) => {
      script = next;
    },
    received: (isMeant) =>
      new Promise((resolve) => {
        const look = () => {
          const found = mails.find(isMeant);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
