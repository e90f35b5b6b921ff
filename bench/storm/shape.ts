// What makes up a definition, as it is sent to definitions/create.

export interface Shape {
  readonly nodes: readonly object[];
  readonly edges: readonly object[];
  readonly groups: readonly object[];
}
