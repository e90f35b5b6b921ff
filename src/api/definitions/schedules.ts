// Whether a schedule can be: its cron expression and its time zone, in the words of contract 4.
import { Cron } from 'croner';
import type { AuthoredTrigger, ScheduleConfig } from '../../definition/trigger';
import { invalidField } from '../errors';

/**
 * What croner and Temporal both know, and mean the same by: numbers, names, ranges, lists and steps. Further characters
 * are dialects of one of them (L, W, #, ?, @daily, CRON_TZ=).
 */
const FIVE_FIELDS = /^\s*(?:[0-9A-Za-z*,/-]+\s+){4}[0-9A-Za-z*,/-]+\s*$/;
const DIALECT = /[lw?#]/i;
const NAMES = /\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)\b/gi;

/** Throws the first that is wrong. */
export function assertSchedules(triggers: readonly AuthoredTrigger[]): void {
  for (const [index, { schedule }] of triggers.entries()) {
    if (schedule === undefined) continue;
    if (!isCron(schedule)) {
      throw invalidField(
        ['triggers', index, 'schedule', 'cron'],
        'schedule.cron must be a valid 5-field cron expression',
      );
    }
    if (!isTimezone(schedule.timezone)) {
      throw invalidField(
        ['triggers', index, 'schedule', 'timezone'],
        'schedule.timezone must be a valid IANA timezone name (e.g. America/Los_Angeles)',
      );
    }
  }
}

function isCron({ cron }: ScheduleConfig): boolean {
  if (!FIVE_FIELDS.test(cron) || DIALECT.test(cron.replace(NAMES, ''))) return false;
  try {
    // Without a function it only reads the pattern; nothing is scheduled.
    new Cron(cron, { mode: '5-part', paused: true });
    return true;
  } catch {
    return false;
  }
}

/** The names of three letters that IANA's database has. */
const THREE_LETTERS = /^(?:CET|EET|EST|GMT|HST|MET|MST|PRC|ROC|ROK|UCT|UTC|WET)$/i;

/**
 * The runtime takes more than IANA's names: an offset such as +02:00, and old ones of its own. By these BST, British Summer
 * Time to most, is Bangladesh's, and SystemV/PST8PDT is in no database of zones that Temporal could read.
 */
function isTimezone(timezone: string): boolean {
  if (!/^[A-Za-z]/.test(timezone) || /^SystemV\//i.test(timezone)) return false;
  if (timezone.length === 3 && !THREE_LETTERS.test(timezone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
    return true;
  } catch {
    return false;
  }
}
