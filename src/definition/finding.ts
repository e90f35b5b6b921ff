// What the linter says about a definition.

export interface Finding {
  /** A code of contract 2 section 4, which is also the name of the rule's file. */
  readonly code: string;
  /** What is wrong and what to do about it, for a person. */
  readonly message: string;
  /** Where: a path into the definition such as `edges[2].when`. */
  readonly path: string;
  readonly nodeId?: string;
  readonly groupId?: string;
}
