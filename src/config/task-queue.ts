// The name of a Temporal task queue. Temporal would take a bad one only when something is started on it, and refuse that.
import { z } from 'zod';

const LENGTH_MAX = 200;

export const TASK_QUEUE_RULE = `a name of 1 to ${LENGTH_MAX} characters that does not begin with /_sys/, which is Temporal's own, and holds no control character`;

export const taskQueueName = z
  .string()
  .min(1)
  .max(LENGTH_MAX)
  .regex(/^(?!\/_sys\/)[^\p{Cc}]+$/u, `must be ${TASK_QUEUE_RULE}`);
