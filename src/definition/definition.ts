// What a definition is: the user's blueprint as stored (defaults filled in), and its compiled form.
import type { Json, JsonObject } from './json';
import type { WhenAst } from './when/ast';

export type NodeType = 'agent' | 'human';

export interface RetryConfig {
  readonly maxAttempts: number;
  readonly initialIntervalMs: number;
  readonly backoffCoefficient: number;
}

export interface AgentConfig {
  readonly agentId: string;
  readonly url?: string | undefined;
  readonly urlPath?: string | undefined;
  readonly promptOverride?: string | undefined;
  readonly inputMapping?: JsonObject | undefined;
  readonly userContextMapping?: JsonObject | undefined;
  readonly blocking: false;
  readonly agentMaxRuntimeMs: number;
  readonly requireNonEmptyOutput: boolean;
  readonly retry: RetryConfig;
}

export interface Reviewer {
  readonly userId: string;
  readonly mandatory: boolean;
}

/** Exactly one of `reviewers` and the older `reviewerIds` (all mandatory) is set: contract 2 section 2. */
export interface HumanConfig {
  readonly reviewers?: readonly Reviewer[] | undefined;
  readonly reviewerIds?: readonly string[] | undefined;
  readonly reviewerEmails?: readonly string[] | undefined;
  readonly commentBody?: string | undefined;
}

interface NodeBase {
  readonly nodeId: string;
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** From the step's start to its breach, in milliseconds. */
  readonly slaMs?: number | undefined;
}
export interface AgentNode extends NodeBase {
  readonly type: 'agent';
  readonly config: AgentConfig;
}
export interface HumanNode extends NodeBase {
  readonly type: 'human';
  readonly config: HumanConfig;
}
export type DefinitionNode = AgentNode | HumanNode;

export type EdgeOn = 'always' | 'approve' | 'reject' | 'custom';

export type Endpoint =
  | string
  | { readonly kind: 'node'; readonly nodeId: string }
  | { readonly kind: 'group'; readonly groupId: string };

export interface DefinitionEdge {
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly on?: EdgeOn | undefined;
  /** As authored: an infix expression or a JSON-AST string; null where no gate was set. */
  readonly when: string | null;
}

export type GroupPolicy = 'waitAll' | 'joinOnQuorum';

export interface DefinitionGroup {
  readonly groupId: string;
  readonly memberNodeIds: readonly string[];
  readonly expectedSteps: number;
  readonly quorum: number;
  readonly onQuorumMet: GroupPolicy;
}

export interface DefinitionScope {
  readonly level: 'apiKey' | 'organization' | 'document';
  readonly organizationId: string | null;
  readonly documentId: string | null;
}

/** A definition that the linter accepts, defaults filled in. */
export interface DefinitionDraft {
  readonly definitionId: string;
  readonly name: string;
  readonly description: string | null;
  readonly scope: DefinitionScope;
  readonly nodes: readonly DefinitionNode[];
  readonly edges: readonly DefinitionEdge[];
  readonly groups: readonly DefinitionGroup[];
  readonly tags: readonly string[] | null;
  readonly custom: { readonly [key: string]: Json } | null;
}

/** What the schema lets through: beside the draft, what the contract describes and the linter still refuses. */
export interface AuthoredDefinition extends Omit<DefinitionDraft, 'nodes' | 'edges' | 'groups'> {
  readonly nodes: readonly AuthoredNode[];
  readonly edges: readonly AuthoredEdge[];
  readonly groups: readonly AuthoredGroup[];
  readonly triggers: readonly JsonObject[];
  readonly webhookConfig: JsonObject | null;
}

export interface AuthoredAgentConfig extends Omit<AgentConfig, 'blocking'> {
  readonly blocking: boolean;
  readonly resolutionPolicy?: JsonObject | undefined;
}

/** `config: null`: it is missing. */
export type AuthoredNode = NodeBase &
  (
    | { readonly type: 'agent'; readonly config: AuthoredAgentConfig | null }
    | { readonly type: 'human'; readonly config: HumanConfig | null }
    | { readonly type: 'webhook' | 'notification'; readonly config: JsonObject | null }
  );

export interface AuthoredEdge extends Omit<DefinitionEdge, 'on'> {
  readonly on?: EdgeOn | 'exhausted' | undefined;
  readonly loop?: { readonly maxIterations: number } | undefined;
}

export interface AuthoredGroup extends Omit<DefinitionGroup, 'onQuorumMet'> {
  readonly onQuorumMet: GroupPolicy | 'cancelOnQuorum';
  readonly requiredNodeIds?: readonly string[] | undefined;
}

export type EdgeRole = 'default' | EdgeOn;

/** An edge as the engine runs it: endpoints are node ids, the role is an expression (`always`: null). Contract 2 section 4. */
export interface CompiledEdge {
  readonly from: string;
  readonly to: string;
  readonly role: EdgeRole;
  readonly when: WhenAst | null;
}

export interface CompiledDefinition {
  readonly forwardEdges: readonly CompiledEdge[];
  /** Reject loops: always empty until they are supported. */
  readonly loops: readonly [];
}

/** What an execution is pinned to; travels by value into its workflow. */
export interface PinnedDefinition {
  readonly definitionId: string;
  readonly version: number;
  readonly name: string;
  readonly nodes: readonly DefinitionNode[];
  readonly groups: readonly DefinitionGroup[];
  readonly compiled: CompiledDefinition;
}

/** The reviewers of a human node in one form, whichever of the two lists its author used. */
export function reviewersOf(config: HumanConfig): readonly Reviewer[] {
  return config.reviewers ?? (config.reviewerIds ?? []).map((userId) => ({ userId, mandatory: true }));
}

/** The id that an endpoint names, of a node or of a group. */
export function endpointId(endpoint: Endpoint): string {
  if (typeof endpoint === 'string') return endpoint;
  return endpoint.kind === 'node' ? endpoint.nodeId : endpoint.groupId;
}
