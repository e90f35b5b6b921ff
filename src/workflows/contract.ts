// What the API, the worker and the workflows agree on, a file a subject.
export * from './contract/activities';
export * from './contract/arguments';
export * from './contract/definitions';
export * from './contract/deliveries';
export * from './contract/execution';
export * from './contract/ids';
export * from './contract/names';
export * from './contract/operator-text';
