// Something that must hold and did not.

export interface Violation {
  /** Null: of no execution in particular. */
  readonly executionId: string | null;
  readonly text: string;
}
