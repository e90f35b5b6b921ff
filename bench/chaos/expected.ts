// What an execution must look like at its end: the reference model of test/model, fed what the event stream says happened.
import type { PinnedDefinition } from '../../src/definition/definition';
import { lintDefinition } from '../../src/definition/lint/lint';
import { definitionCreateSchema } from '../../src/definition/schema';
import { type EventType, isExternal } from '../../src/engine/event';
import type { Input } from '../../src/engine/input';
import { Model } from '../../test/model/model';
import type { SeenEvent, SeenExecution } from '../views';
import { DEFINITIONS } from './definitions';

export interface Expected {
  readonly status: string;
  readonly failure: string | null;
  /** Each step with its status, each external event with its number. */
  readonly steps: readonly string[];
  readonly events: readonly string[];
}

export const pinnedDefinition = (definitionId: string): PinnedDefinition | undefined => PINNED.get(definitionId);

const PINNED: ReadonlyMap<string, PinnedDefinition> = new Map(DEFINITIONS.map((it) => [it.definitionId, pinned(it)]));

/** Null when it is no execution of ours. */
export function expectedOf(view: SeenExecution, events: readonly SeenEvent[]): Expected | null {
  const definition = pinnedDefinition(view.definitionId);
  if (definition === undefined) return null;
  const { executionId, correlationId, idempotencyKey } = view;
  const ids = { executionId, correlationId, idempotencyKey };
  const model = new Model(definition, { ...ids, workspace: 'dev', triggerContext: {}, stepsMax: 1_000, rules: 1 });
  for (const event of events) {
    const input = inputOf(view, event);
    if (input) model.feed(input);
  }
  const { status, failure, steps, events: all } = model.world;
  return {
    status,
    failure: failure?.code ?? null,
    steps: steps.map((step) => `${step.stepId} ${step.status}`),
    events: all.filter(isExternal).map(({ seq, type, stepId }) => `${seq} ${type} ${stepId}`),
  };
}

/** What happened, as its first event tells; null for an event that only follows from it. */
function inputOf({ steps }: SeenExecution, { type, stepId, timestamp: at, data = {} }: SeenEvent): Input | null {
  const step = steps.find((it) => it.stepId === stepId);
  switch (type as EventType) {
    case 'execution.dispatched': {
      const [root = ''] = data.rootStepIds as readonly string[];
      return { kind: 'dispatched', at, nonce: root.slice(root.lastIndexOf('_') + 1) };
    }
    case 'step.completed': {
      if (step?.nodeType === 'agent') return { kind: 'agent-succeeded', at, stepId: step.stepId, result: {} };
      const decision = data.decision === 'approve' ? 'approve' : 'reject';
      return step
        ? { kind: 'reviewer-decided', at, stepId: step.stepId, reviewerId: step.nodeId, decision, reason: null }
        : null;
    }
    case 'step.failed':
      return step
        ? { kind: 'agent-failed', at, stepId: step.stepId, error: { code: 'agent-failed', message: '' } }
        : null;
    default:
      return null;
  }
}

function pinned(sent: object): PinnedDefinition {
  const { draft, conditions } = lintDefinition(definitionCreateSchema.parse(sent));
  if (draft === null) throw new Error('a definition of the chaos run does not compile');
  const { definitionId, name, nodes, edges, groups } = draft;
  return { definitionId, name, nodes, edges, groups, version: 1, conditions };
}
