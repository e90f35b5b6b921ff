// Builders of definitions for the linter's tests, as a caller would send them.
import { lintDefinition } from '../../src/definition/lint/lint';
import { definitionCreateSchema } from '../../src/definition/schema';

export interface Shape {
  readonly nodes: readonly object[];
  readonly edges?: readonly object[];
  readonly groups?: readonly object[];
  readonly [field: string]: unknown;
}

/** For each rule: definitions that break it, and definitions that come close and do not. */
export type Cases = Record<string, { readonly broken: readonly Shape[]; readonly fine: readonly Shape[] }>;

export const agent = (nodeId: string, config: object = {}, rest: object = {}) => ({
  nodeId,
  type: 'agent',
  config: { agentId: `${nodeId}-agent`, ...config },
  ...rest,
});

export const webhook = (nodeId: string, config: object = {}, rest: object = {}) => ({
  nodeId,
  type: 'webhook',
  config: { url: 'https://hooks.acme.com/', ...config },
  ...rest,
});

export const human = (nodeId: string, rest: object = {}) => ({
  nodeId,
  type: 'human',
  config: { reviewers: [{ userId: 'u', mandatory: true }] },
  ...rest,
});

export const edge = (from: unknown, to: unknown, rest: object = {}) => ({ from, to, ...rest });
export const of = (groupId: string) => ({ kind: 'group', groupId });
export const reject = (from: unknown, to: unknown, rest: object = {}) => edge(from, to, { on: 'reject', ...rest });
export const loop = (from: unknown, to: unknown, maxIterations = 3) => reject(from, to, { loop: { maxIterations } });
export const exhausted = (from: unknown, to: unknown) => edge(from, to, { on: 'exhausted' });

export const group = (rest: object = {}) => ({
  groupId: 'g',
  memberNodeIds: ['a', 'b'],
  expectedSteps: 2,
  quorum: 2,
  ...rest,
});

export const authored = (shape: object) =>
  definitionCreateSchema.parse({ definitionId: 'under-test', name: 'Under test', ...shape });

export const lint = (shape: object, registeredAgents?: ReadonlySet<string>) =>
  lintDefinition(authored(shape), registeredAgents ? { registeredAgents } : {});

export const codes = (shape: object) => lint(shape).errors.map((finding) => finding.code);
