// The linter: runs every rule over a definition and compiles what has no error (contract 2 section 4).
import { compile } from '../compile';
import { conditionsOf } from '../conditions';
import type { AuthoredDefinition, CompiledDefinition, DefinitionDraft } from '../definition';
import type { Finding } from '../finding';
import type { Rule } from './rule';
import { agentBlockingNotSupported } from './rules/agent-blocking-not-supported';
import { agentNotRegistered } from './rules/agent-not-registered';
import { alwaysEdgeFromHuman } from './rules/always-edge-from-human';
import { alwaysEdgeOnFailureProne } from './rules/always-edge-on-failure-prone';
import { cycleDetected } from './rules/cycle-detected';
import { danglingEdge } from './rules/dangling-edge';
import { duplicateNodeId } from './rules/duplicate-node-id';
import { edgeCustomRequiresWhen } from './rules/edge-custom-requires-when';
import { edgeRejectCycleRequiresLoop } from './rules/edge-reject-cycle-requires-loop';
import { edgeWhenInvalid } from './rules/edge-when-invalid';
import { edgeWhenOnlyForCustom } from './rules/edge-when-only-for-custom';
import { groupDuplicateId } from './rules/group-duplicate-id';
import { groupEndpointNotSupported } from './rules/group-endpoint-not-supported';
import { groupExpectedStepsInvalid } from './rules/group-expected-steps-invalid';
import { groupJoinonquorumMembersMustShareSuccessors } from './rules/group-joinonquorum-members-must-share-successors';
import { groupMemberMissing } from './rules/group-member-missing';
import { groupMembersEmpty } from './rules/group-members-empty';
import { groupNodeInMultipleGroups } from './rules/group-node-in-multiple-groups';
import { groupPolicyNotSupported } from './rules/group-policy-not-supported';
import { groupQuorumInvalid } from './rules/group-quorum-invalid';
import { groupRequiredNodesNotSupported } from './rules/group-required-nodes-not-supported';
import { humanWithoutRejectRoute } from './rules/human-without-reject-route';
import { joinonquorumMemberEdgeUnreachable } from './rules/joinonquorum-member-edge-unreachable';
import { loopNotSupported } from './rules/loop-not-supported';
import { missingBreachEdge } from './rules/missing-breach-edge';
import { noRootNode } from './rules/no-root-node';
import { nodeMissingConfig } from './rules/node-missing-config';
import { nodeTypeNotSupported } from './rules/node-type-not-supported';
import { reservedId } from './rules/reserved-id';
import { stepExplosion } from './rules/step-explosion';
import { triggersNotSupported } from './rules/triggers-not-supported';
import { unreachableNode } from './rules/unreachable-node';
import { waitallMembersShareSuccessor } from './rules/waitall-members-share-successor';
import { webhookConfigNotSupported } from './rules/webhook-config-not-supported';
import { subjectOf } from './subject';

export const ERROR_RULES: readonly Rule[] = [
  cycleDetected,
  danglingEdge,
  duplicateNodeId,
  edgeCustomRequiresWhen,
  edgeWhenInvalid,
  edgeWhenOnlyForCustom,
  groupDuplicateId,
  groupExpectedStepsInvalid,
  groupJoinonquorumMembersMustShareSuccessors,
  groupMemberMissing,
  groupMembersEmpty,
  groupNodeInMultipleGroups,
  groupQuorumInvalid,
  noRootNode,
  nodeMissingConfig,
  nodeTypeNotSupported,
  reservedId,
  triggersNotSupported,
  unreachableNode,
  webhookConfigNotSupported,
];

export const WARNING_RULES: readonly Rule[] = [
  missingBreachEdge,
  humanWithoutRejectRoute,
  alwaysEdgeFromHuman,
  alwaysEdgeOnFailureProne,
  agentNotRegistered,
  stepExplosion,
  waitallMembersShareSuccessor,
  joinonquorumMemberEdgeUnreachable,
];

export interface LintResult {
  /** All of them at once; with any of them nothing is stored. */
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
  /** Null when there are errors. */
  readonly compiled: CompiledDefinition | null;
  readonly draft: DefinitionDraft | null;
}

/** Lints and compiles a definition. Never throws; without `registeredAgents` no agent is called unknown. */
export function lintDefinition(
  definition: AuthoredDefinition,
  { registeredAgents = null }: { readonly registeredAgents?: ReadonlySet<string> | null } = {},
): LintResult {
  const subject = subjectOf(definition, registeredAgents);
  const run = (rules: readonly Rule[]): readonly Finding[] =>
    rules.flatMap((rule) => [...rule.check(subject)].map((finding) => ({ code: rule.code, ...finding })));
  const errors = run(ERROR_RULES);
  const warnings = run(WARNING_RULES);
  if (errors.length > 0) return { errors, warnings, compiled: null, draft: null };
  const { triggers, webhookConfig, ...draft } = definition;
  // Whatever the draft cannot say has just been refused by a rule.
  const conditions = conditionsOf(definition.edges);
  return {
    errors,
    warnings,
    conditions,
    compiled: compile({ ...(draft as DefinitionDraft), conditions }),
    draft: draft as DefinitionDraft,
  } as any;
}
