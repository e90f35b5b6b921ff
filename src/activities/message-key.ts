// What names one message of one step in mail: the same for every attempt, and telling nothing of the execution.
import { createHash } from 'node:crypto';
import { idempotencyKeyOf } from '../workflows/contract/ids';

export const messageKeyOf = (of: { readonly executionId: string; readonly stepId: string }, part = ''): string =>
  createHash('sha256')
    .update(JSON.stringify([idempotencyKeyOf(of), part]))
    .digest('hex')
    .slice(0, 32);
