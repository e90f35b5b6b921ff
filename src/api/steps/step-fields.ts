// The fields by which the operations on steps name a step and who acts.
import { z } from 'zod';
import { LIMITS } from '../../definition/limits';
import { absentAs, identifier } from '../../definition/schema-parts';

export const stepFields = {
  executionId: z.string(),
  stepId: z.string().min(1).max(LIMITS.stepIdLengthMax),
};

export const actorId = identifier(LIMITS.actorIdLengthMax).meta({ description: 'Who does it, for the record.' });

export const reason = (lengthMax: number) => absentAs(z.string().max(lengthMax), null);
