// The entry of the workflow bundle: every workflow type that the worker serves, by the names in contract.ts.
export { definition, definitionVersion } from './definition';
export { execution } from './execution';
export { webhookDelivery } from './webhook-delivery';
