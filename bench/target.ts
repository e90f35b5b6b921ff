// What may be disturbed: a process that serves, and is started again when it ends.
import type { TargetKind } from './journal';

export interface Target {
  readonly kind: TargetKind;
  readonly name: string;
  /** False while it is being started again. */
  serves(): Promise<boolean>;
  signal(signal: NodeJS.Signals): void;
}

export interface Worker extends Target {
  /** Ends it as an operator does, and starts the one of the checkout in this folder. */
  replace(root: string): Promise<void>;
}
