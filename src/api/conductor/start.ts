// Starts executions for Conductor's clients: three calls, one meaning (contract 5 section 1).

import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { assertNever, type JsonObject } from '../../definition/json';
import { WEBHOOK_AUTH_RULE } from '../../dispatch/webhook-tokens';
import { dialectIdOf, executionIdOf } from '../../workflows/contract/ids';
import type { Call } from '../endpoint';
import { hasClosed } from '../executions/closing';
import {
  type DispatchDependencies,
  type DispatchOrder,
  dispatch,
  INPUT_TOO_LARGE,
  type Obstacle,
} from '../executions/dispatching';
import { countOutcomeOf } from '../outcomes';
import { ConductorError, validationFailed } from './errors';
import { executionKey, existingKey, mayRepeat, type Once, STRATEGIES, type Strategy } from './strategy';

export interface StartRequest {
  /** As the caller wrote it. */
  readonly name: string;
  readonly version?: number | undefined;
  readonly correlationId?: string | undefined;
  readonly priority: number;
  readonly input: JsonObject;
  readonly once: Once | null;
  /** What is said when there is no such workflow. */
  readonly unknown: (name: string, version: number | null) => string;
}

/** What each of the calls answers. */
export const STARTED = {
  200: {
    description: 'The id of the workflow that was started, or of the existing one.',
    body: z.string(),
    contentType: 'text/plain',
    example: '86e6cce1-0599-81f1-913a-226156badb04',
  },
} as const;

/** The id of the execution that was started, or of the one that the key has. */
export async function startWorkflow(dependencies: DispatchDependencies, call: Call, request: StartRequest) {
  const { workspace, note } = call;
  const { name, version, priority, input, once } = request;
  const definitionId = name.toLowerCase();
  const key = executionKey(workspace, definitionId, once);
  note({ definitionId, executionId: executionIdOf(key) });
  const priorityKey = priorityKeyOf(priority);
  const order: DispatchOrder = {
    definitionId,
    version,
    key,
    correlationId: request.correlationId || `corr_${randomBytes(9).toString('hex')}`,
    triggerContext: input,
    dialect: { name: 'conductor', idempotencyKey: once?.key ?? null, priority },
    mayRepeat: mayRepeat(once),
    ...(priorityKey === null ? {} : { priorityKey }),
  };
  let outcome = await dispatch(dependencies, workspace, order);
  if (outcome.kind === 'taken' && outcome.obstacle === null && mayRepeat(once)) {
    const isFree = await hasClosed(dependencies.executions, workspace, outcome.record);
    if (isFree) outcome = await dispatch(dependencies, workspace, order);
  }
  if (outcome.kind === 'started') {
    countOutcomeOf({ deduplicated: false });
    return key;
  }
  const existing = outcome.kind === 'taken' && once ? existingKey(outcome, once) : null;
  if (existing !== null) {
    countOutcomeOf({ deduplicated: true });
    note({ executionId: executionIdOf(existing) });
    return dialectIdOf(executionIdOf(existing));
  }
  if (outcome.obstacle) throw refusalOf(outcome.obstacle, request);
  throw new Error(`a new key was taken: ${key}`);
}

/** Temporal's priority key for Conductor's 0..99, null being the default of 3 (contract 5 section 1). */
function priorityKeyOf(priority: number): 1 | 2 | null {
  if (priority === 0) return null;
  return priority < 50 ? 2 : 1;
}

function refusalOf(obstacle: Obstacle, { name, version, unknown }: StartRequest): ConductorError {
  switch (obstacle.kind) {
    case 'not-found':
    case 'tombstoned':
      return new ConductorError('NOT_FOUND', unknown(name, version ?? null));
    case 'scoped':
      return new ConductorError(
        'INVALID_ARGUMENT',
        `The workflow "${name}" is scoped to an organization or a document, and such cannot be started here; use executions/dispatch.`,
      );
    case 'input-too-large':
      return validationFailed([{ path: 'input', message: INPUT_TOO_LARGE, invalidValue: null }]);
    case 'webhook-auth-invalid':
      return validationFailed([{ path: 'input.webhookAuth', message: WEBHOOK_AUTH_RULE, invalidValue: null }]);
    default:
      return assertNever(obstacle);
  }
}

/** A key without a strategy says too little, and a strategy without a key nothing (contract 5 section 1). */
export function onceOf(
  key: string | undefined,
  strategy: Strategy | undefined,
  names: { readonly strategy: string },
): Once | null {
  if (key === undefined) return null;
  if (strategy !== undefined) return { key, strategy };
  const message = `must be set with an idempotency key: ${STRATEGIES.join(', ')}`;
  throw validationFailed([{ path: names.strategy, message, invalidValue: null }]);
}
