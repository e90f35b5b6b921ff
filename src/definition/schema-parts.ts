// Building blocks of request schemas: optional fields, texts, identifiers and free-form objects.
import { z } from 'zod';
import type { JsonObject } from './json';
import { LIMITS } from './limits';

/** An optional field: an explicit null means absent (contract 1 section 1). */
export const absentable = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value): z.output<T> | undefined => value ?? undefined);

/** An optional field that is never absent afterwards. */
export const absentAs = <T extends z.ZodType, D>(schema: T, fallback: D) =>
  schema.nullish().transform((value): z.output<T> | D => value ?? fallback);

export const text = (lengthMin: number, lengthMax: number) => z.string().min(lengthMin).max(lengthMax);

/**
 * An id that a caller chooses freely. Without control characters: PostgreSQL stores no NUL, and what lands in a search
 * attribute must be storable or the execution would never become visible.
 */
export const identifier = (lengthMax: number) =>
  text(1, lengthMax).regex(/^[^\p{Cc}]*$/u, 'must not contain control characters');

/** Who gets a mail: at least one address. */
export const emailAddresses = (countMax: number) => z.array(z.email().max(LIMITS.emailLengthMax)).min(1).max(countMax);

/** Any object, taken as it is: a record would copy it, key by key, and a body has room for a hundred thousand of them. */
export const freeForm = z
  .unknown()
  .superRefine((input, context) => {
    const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
    if (!isObject) context.addIssue({ code: 'invalid_type', expected: 'object', input });
  })
  .transform((value) => value as JsonObject)
  .meta({ type: 'object', additionalProperties: {} });
