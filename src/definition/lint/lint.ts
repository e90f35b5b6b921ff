// The linter: runs every rule over a definition and compiles what has no error (contract 2 section 4).
import { compile } from '../compile';
import type { AuthoredDefinition, CompiledDefinition, DefinitionDraft, PinnedDefinition } from '../definition';
import type { Finding } from '../finding';
import type { Rule } from './rule';
import { agentNotRegistered } from './rules/agent-not-registered';
import { alwaysEdgeFromHuman } from './rules/always-edge-from-human';
import { alwaysEdgeOnFailureProne } from './rules/always-edge-on-failure-prone';
import { cycleDetected } from './rules/cycle-detected';
import { danglingEdge } from './rules/dangling-edge';
import { definitionTooLarge } from './rules/definition-too-large';
import { duplicateNodeId } from './rules/duplicate-node-id';
import { edgeCustomFromGroupForbidden } from './rules/edge-custom-from-group-forbidden';
import { edgeCustomRequiresWhen } from './rules/edge-custom-requires-when';
import { edgeExhaustedRequiresLoopSibling } from './rules/edge-exhausted-requires-loop-sibling';
import { edgeGroupToGroupForbidden } from './rules/edge-group-to-group-forbidden';
import { edgeLoopRequiresBackEdge } from './rules/edge-loop-requires-back-edge';
import { edgeLoopRequiresReject } from './rules/edge-loop-requires-reject';
import { edgeRejectCycleRequiresLoop } from './rules/edge-reject-cycle-requires-loop';
import { edgeWhenInvalid } from './rules/edge-when-invalid';
import { edgeWhenOnlyForCustom } from './rules/edge-when-only-for-custom';
import { groupCancelonquorumRequiresQuorumLtExpected } from './rules/group-cancelonquorum-requires-quorum-lt-expected';
import { groupDuplicateId } from './rules/group-duplicate-id';
import { groupExpectedStepsInvalid } from './rules/group-expected-steps-invalid';
import { groupFromLoopRequiresJoinonquorum } from './rules/group-from-loop-requires-joinonquorum';
import { groupFromRejectRequiresLoop } from './rules/group-from-reject-requires-loop';
import { groupJoinonquorumMembersMustShareSuccessors } from './rules/group-joinonquorum-members-must-share-successors';
import { groupMemberMissing } from './rules/group-member-missing';
import { groupMembersEmpty } from './rules/group-members-empty';
import { groupNodeInMultipleGroups } from './rules/group-node-in-multiple-groups';
import { groupQuorumInvalid } from './rules/group-quorum-invalid';
import { groupRequiredExceedsQuorum } from './rules/group-required-exceeds-quorum';
import { groupRequiredNotInMembers } from './rules/group-required-not-in-members';
import { humanWithoutRejectRoute } from './rules/human-without-reject-route';
import { joinonquorumMemberEdgeUnreachable } from './rules/joinonquorum-member-edge-unreachable';
import { loopBodyMustHaveSingleTerminal } from './rules/loop-body-must-have-single-terminal';
import { loopGroupBoundedQuorumMustEqualExpected } from './rules/loop-group-bounded-quorum-must-equal-expected';
import { loopNodeInMultipleLoops } from './rules/loop-node-in-multiple-loops';
import { missingBreachEdge } from './rules/missing-breach-edge';
import { noRootNode } from './rules/no-root-node';
import { nodeMissingConfig } from './rules/node-missing-config';
import { nonEmptyOutputOnlySync } from './rules/non-empty-output-only-sync';
import { reservedId } from './rules/reserved-id';
import { stepExplosion } from './rules/step-explosion';
import { triggerIgnoresEveryEvent } from './rules/trigger-ignores-every-event';
import { unreachableNode } from './rules/unreachable-node';
import { waitallMembersShareSuccessor } from './rules/waitall-members-share-successor';
import { type Subject, subjectOf } from './subject';

export const ERROR_RULES: readonly Rule[] = [
  cycleDetected,
  danglingEdge,
  definitionTooLarge,
  duplicateNodeId,
  edgeCustomFromGroupForbidden,
  edgeCustomRequiresWhen,
  edgeExhaustedRequiresLoopSibling,
  edgeGroupToGroupForbidden,
  edgeLoopRequiresBackEdge,
  edgeLoopRequiresReject,
  edgeRejectCycleRequiresLoop,
  edgeWhenInvalid,
  edgeWhenOnlyForCustom,
  groupCancelonquorumRequiresQuorumLtExpected,
  groupDuplicateId,
  groupExpectedStepsInvalid,
  groupFromLoopRequiresJoinonquorum,
  groupFromRejectRequiresLoop,
  groupJoinonquorumMembersMustShareSuccessors,
  groupMemberMissing,
  groupMembersEmpty,
  groupNodeInMultipleGroups,
  groupQuorumInvalid,
  groupRequiredExceedsQuorum,
  groupRequiredNotInMembers,
  loopBodyMustHaveSingleTerminal,
  loopGroupBoundedQuorumMustEqualExpected,
  loopNodeInMultipleLoops,
  noRootNode,
  nodeMissingConfig,
  reservedId,
  unreachableNode,
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
  nonEmptyOutputOnlySync,
  triggerIgnoresEveryEvent,
];

/** What a definition without errors becomes; all of it null when there are any. */
interface Compiled {
  readonly draft: DefinitionDraft;
  /** For each edge what its `when` means; null where it has none. */
  readonly conditions: PinnedDefinition['conditions'];
  readonly compiled: CompiledDefinition;
}
type NotCompiled = { readonly [key in keyof Compiled]: null };

export type LintResult = {
  /** All of them at once; with any of them nothing is stored. */
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
} & (Compiled | NotCompiled);

/** Lints and compiles a definition. Never throws; without `registeredAgents` no agent is called unknown. */
export function lintDefinition(
  definition: AuthoredDefinition,
  { registeredAgents = null }: { readonly registeredAgents?: ReadonlySet<string> | null } = {},
): LintResult {
  const subject = subjectOf(definition, registeredAgents);
  const run = (rules: readonly Rule[]): readonly Finding[] => rules.flatMap((rule) => findingsOf(rule, subject));
  const errors = run(ERROR_RULES);
  const warnings = run(WARNING_RULES);
  if (errors.length > 0) return { errors, warnings, draft: null, conditions: null, compiled: null };
  const { triggers, webhookConfig, ...rest } = definition;
  // Whatever the draft cannot say has just been refused by a rule.
  const draft = rest as DefinitionDraft;
  const conditions = subject.edges.map(({ parsed }) => (parsed?.ok ? parsed.ast : null));
  return { errors, warnings, draft, conditions, compiled: compile({ ...draft, conditions }) };
}

/** Of one rule so many: a definition can break a rule in thousands of places, and nobody reads so far. */
const FINDINGS_MAX = 100;

function findingsOf({ code, check }: Rule, subject: Subject): readonly Finding[] {
  const findings: Finding[] = [];
  for (const finding of check(subject)) {
    if (findings.length === FINDINGS_MAX) {
      const message = `There is more of this kind; mend the first ${FINDINGS_MAX} and look again.`;
      return [...findings, { ...finding, code, message }];
    }
    findings.push({ code, ...finding });
  }
  return findings;
}
