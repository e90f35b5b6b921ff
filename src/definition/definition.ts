// What a definition is: the user's blueprint as stored (defaults filled in), and its compiled form.
import type { Json, JsonObject } from './json';
import type { AuthoredTrigger } from './trigger';
import type { WhenAst } from './when/ast';

export type NodeType = 'agent' | 'human' | 'webhook' | 'notification';

export interface RetryConfig {
  readonly maxAttempts: number;
  readonly initialIntervalMs: number;
  readonly backoffCoefficient: number;
}

/** When the resolutions of a blocking agent's responses decide its step (contract 2 section 2). */
export type ResolutionPolicy =
  | { readonly kind: 'allResolved' }
  | { readonly kind: 'minResolved'; readonly minCount: number };

export interface AgentConfig {
  readonly agentId: string;
  readonly url?: string | undefined;
  readonly urlPath?: string | undefined;
  readonly promptOverride?: string | undefined;
  readonly inputMapping?: JsonObject | undefined;
  readonly userContextMapping?: JsonObject | undefined;
  readonly blocking: boolean;
  /** Set when `blocking` is. */
  readonly resolutionPolicy?: ResolutionPolicy | undefined;
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
  /** From the step's start to its first reminder, in milliseconds; without it the first comes after `remindEveryMs`. */
  readonly remindAfterMs?: number | undefined;
  /** From one reminder to the next, in milliseconds; without it there is one. */
  readonly remindEveryMs?: number | undefined;
  readonly maxReminders?: number | undefined;
  /** Who gets each reminder by mail, beside the event. */
  readonly reminderRecipients?: readonly string[] | undefined;
}

/** What a webhook node calls, and how (contract 4 section 2). */
export interface WebhookConfig {
  readonly url: string;
  /** `async`: once the call is accepted, the step waits for a callback. */
  readonly mode: 'sync' | 'async';
  readonly method: 'GET' | 'POST';
  readonly authMode: 'hmac' | 'token' | 'none';
  /** Set when `authMode` is token: carries the node's token of `triggerContext.webhookAuth`. */
  readonly authTokenHeader?: string | undefined;
  /** Of one attempt, in milliseconds. */
  readonly timeoutMs: number;
  /** Complete the step beside 2xx. */
  readonly expectedStatusCodes: readonly number[];
  readonly bodyTemplate: 'envelope' | 'pass-through' | 'none';
  readonly requestHeaders: Readonly<Record<string, string>>;
}

/** A message and where it goes; in its templates `{{dot.path}}` is replaced (contract 4 section 3). */
export type NotificationConfig = EmailConfig | SlackConfig;

export interface EmailConfig {
  readonly channel: 'email';
  readonly bodyTemplate: string;
  readonly recipients: readonly string[];
  readonly subjectTemplate?: string | undefined;
  readonly format: 'text' | 'html';
}

export interface SlackConfig {
  readonly channel: 'slack';
  readonly bodyTemplate: string;
  /** The id of a channel, or the URL of an incoming webhook. */
  readonly slackTarget: string;
  readonly format: 'text' | 'slack-blocks';
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
export interface WebhookNode extends NodeBase {
  readonly type: 'webhook';
  readonly config: WebhookConfig;
  /** Only of a node of mode sync: an answer without a body fails the step. */
  readonly requireNonEmptyOutput: boolean;
}
export interface NotificationNode extends NodeBase {
  readonly type: 'notification';
  readonly config: NotificationConfig;
}
export type DefinitionNode = AgentNode | HumanNode | WebhookNode | NotificationNode;

export type EdgeOn = 'always' | 'approve' | 'reject' | 'custom' | 'exhausted';

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
  /** Only on a reject edge that leads back: how often its loop's body may run (contract 2 section 7). */
  readonly loop?: { readonly maxIterations: number } | undefined;
}

export type GroupPolicy = 'waitAll' | 'cancelOnQuorum' | 'joinOnQuorum';

export interface DefinitionGroup {
  readonly groupId: string;
  readonly memberNodeIds: readonly string[];
  readonly expectedSteps: number;
  readonly quorum: number;
  readonly onQuorumMet: GroupPolicy;
  readonly requiredNodeIds?: readonly string[] | undefined;
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

/** What the schema lets through: beside the draft, what a node lacks and what the linter still refuses. */
export interface AuthoredDefinition extends Omit<DefinitionDraft, 'nodes'> {
  readonly nodes: readonly AuthoredNode[];
  readonly triggers: readonly AuthoredTrigger[];
  /** Absent and null differ in an update only. Never part of the draft: its secret must not be stored or shown. */
  readonly webhookConfig?: AuthoredWebhookConfig | null | undefined;
}

export interface AuthoredWebhookConfig {
  readonly url: string;
  readonly secret: string;
  /** Null: every external event. */
  readonly eventTypes: readonly string[] | null;
}

/** `config: null`: it is missing. */
export type AuthoredNode = NodeBase &
  (
    | { readonly type: 'agent'; readonly config: AgentConfig | null }
    | { readonly type: 'human'; readonly config: HumanConfig | null }
    | { readonly type: 'webhook'; readonly config: WebhookConfig | null; readonly requireNonEmptyOutput: boolean }
    | { readonly type: 'notification'; readonly config: NotificationConfig | null }
  );

/** What an edge fires on; `custom` is what a `when` makes of it, `default` what neither `on` nor `when` does. */
export type EdgeRole = 'default' | EdgeOn;

/**
 * A forward edge as compiled (contract 2 section 4): endpoints are node ids, a group endpoint is expanded to one edge for
 * each member, and the role is an expression (`always`: null). Loop and exhausted edges are in `loops`.
 */
export interface CompiledEdge {
  readonly from: string;
  readonly to: string;
  readonly role: Exclude<EdgeRole, 'exhausted'>;
  readonly when: WhenAst | null;
  readonly fromGroupId?: string;
  readonly toGroupId?: string;
}

/** A reject loop as compiled (contract 2 sections 4 and 7). */
export interface CompiledLoop {
  readonly loopId: string;
  readonly entryNodeId: string;
  /** In the definition's order, the entry included. */
  readonly bodyNodeIds: readonly string[];
  readonly maxIterations: number;
  readonly onExhausted: { readonly routeToNodeId: string } | null;
}

export interface CompiledDefinition {
  readonly forwardEdges: readonly CompiledEdge[];
  readonly loops: readonly CompiledLoop[];
}

/**
 * What an execution is pinned to; travels by value into its workflow. Edges stand unexpanded, with the parsed `when` of
 * each beside them: expanded, the edges of large groups would not fit into a payload.
 */
export interface PinnedDefinition {
  readonly definitionId: string;
  readonly version: number;
  readonly name: string;
  readonly nodes: readonly DefinitionNode[];
  readonly edges: readonly DefinitionEdge[];
  readonly groups: readonly DefinitionGroup[];
  /** For each edge what its `when` means; null where it has none. */
  readonly conditions: readonly (WhenAst | null)[];
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
