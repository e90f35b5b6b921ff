// The types of external events: what a receiver can be told of, and ask for (contract 2 section 9).

export const EXTERNAL_EVENT_TYPES = [
  'execution.dispatched',
  'execution.completed',
  'execution.failed',
  'execution.cancelled',
  'step.awaiting-approval',
  'step.completed',
  'step.failed',
  'step.breached',
  'step.cancelled',
  'step.reminder',
  'step.reassigned',
  'group.quorum-met',
  'loop.iteration-started',
  'loop.exhausted',
] as const;
