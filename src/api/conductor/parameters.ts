// What Conductor's calls take in paths, queries and headers, and the bounds of it (contract 5 section 1).
import type { Request } from 'express';
import { z } from 'zod';
import { LIMITS } from '../../definition/limits';
import { headerText } from '../header-text';
import { STRATEGIES } from './strategy';

/** Counted in characters, as a reader counts them. */
const text = (lengthMax: number) =>
  z
    .string()
    .refine((value) => [...value].length <= lengthMax, `must be at most ${lengthMax} characters`)
    .refine((value) => !value.includes('\0'), 'must not hold the character U+0000, which cannot be searched for')
    .meta({ maxLength: lengthMax });

export const correlationId = text(LIMITS.dialectCorrelationIdLengthMax);
export const idempotencyKey = text(LIMITS.dialectKeyLengthMax).min(1, 'must not be empty');
export const strategy = z.enum(STRATEGIES, `must be one of ${STRATEGIES.join(', ')}`);
export const version = z.int('must be a whole number').meta({ description: 'The newest one without it.' });
export const priority = z
  .int('must be a whole number')
  .min(0, 'must be from 0 to 99')
  .max(99, 'must be from 0 to 99')
  .default(0)
  .meta({ description: '1 to 49 goes before 0, and 50 to 99 before that, when there is more work than workers.' });

const isNumeric = (value: unknown): value is string => typeof value === 'string' && /^-?\d{1,9}$/.test(value);
/** In a query, where everything is text. */
const numeric = <S extends z.ZodType>(schema: S) =>
  z.preprocess((value) => (isNumeric(value) ? Number(value) : value), schema);

const flag = (fallback: boolean) =>
  z.enum(['true', 'false'], 'must be true or false').default(fallback ? 'true' : 'false');

export const startQuery = z.object({
  version: numeric(version.optional()),
  correlationId: correlationId.optional(),
  priority: numeric(priority),
});

export const startHeaders = z.object({
  'X-Idempotency-key': idempotencyKey.optional(),
  'X-on-conflict': strategy.optional().meta({ description: 'Required with X-Idempotency-key.' }),
});

export const readQuery = z.object({ includeTasks: flag(true) });
export const statusQuery = z.object({ includeOutput: flag(false), includeVariables: flag(false) });
export const correlatedQuery = z.object({ includeClosed: flag(false), includeTasks: flag(false) });
export const runningQuery = z.object({ version: numeric(version.optional()) });
export const terminateQuery = z.object({ reason: z.string().optional() });

export const idPath = z.object({ id: z.string().meta({ description: 'As the start answered it.' }) });
export const namePath = z.object({ name: z.string().meta({ description: 'A definitionId, in any case.' }) });

export const versionPath = namePath.extend({ version: numeric(version) });
export const correlatedPath = namePath.extend({ correlationId });

/** `?version=` is no version. */
export const queryOf = (request: Request): object =>
  Object.fromEntries(Object.entries(request.query).filter(([, value]) => value !== ''));

export function headersOf(request: Request): object {
  const found = Object.keys(startHeaders.shape).map((name) => [name, headerText(request.headers[name.toLowerCase()])]);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}
