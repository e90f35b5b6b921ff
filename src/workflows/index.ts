// The entry of the workflow bundle: every workflow type that the worker serves, by the names in contract/names.ts.
export { definition, definitionVersion, deletedDefinition } from './definition';
export { execution } from './execution';
export { scheduledDispatch } from './scheduled-dispatch';
export { webhookDelivery } from './webhook-delivery';

// For its stack-trace query the SDK takes a stack at every promise of every workflow: of ten frames, an eighth of the
// worker's CPU. One still says where an error came from; where an execution stands is in its current details.
Error.stackTraceLimit = 1;
