// The one logger: structured JSON on standard output, credentials left out.
import { type Logger, pino } from 'pino';

export type { Logger };

/** Where credentials could appear in what is logged. */
const REDACTED = [
  'apiKey',
  'token',
  'secret',
  'webhookSecret',
  'authorization',
  '*.apiKey',
  '*.token',
  '*.secret',
  '*.webhookSecret',
  '*.authorization',
];

export function createLogger(level: string, name: string): Logger {
  return pino({
    name,
    level,
    redact: { paths: REDACTED, censor: '[redacted]' },
    timestamp: pino.stdTimeFunctions.isoTime,
  });
}
