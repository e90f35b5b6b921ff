// executions/dispatch: starts an execution, once per idempotency key (contract 1).
import { randomBytes, randomInt } from 'node:crypto';
import { z } from 'zod';
import { assertNever } from '../../definition/json';
import { LIMITS } from '../../definition/limits';
import { absentAs, absentable, freeForm, identifier } from '../../definition/schema-parts';
import { WEBHOOK_AUTH_RULE } from '../../dispatch/webhook-tokens';
import { checkDestination, type OutboundAllow } from '../../outbound/destination';
import { executionIdOf, isDialectKey } from '../../workflows/contract/ids';
import { definitionNotFound } from '../definitions/refusals';
import { endpoint } from '../endpoint';
import { ApiError, invalidField } from '../errors';
import { EXAMPLE_DISPATCH, EXAMPLE_EXECUTION } from '../examples';
import { type DispatchDependencies, dispatch, INPUT_TOO_LARGE, type Obstacle, obstacleTo } from './dispatching';
import type { Origin } from './origins';

const TRIGGER_CONTEXT =
  'What the roots work on. Numbers are doubles: give integers beyond 9007199254740991, such as long ids, as texts.';
const KEY_RULE = 'must be 1 to 200 of A-Z a-z 0-9 : _ - .';
const key = z.string().regex(LIMITS.keyPattern, KEY_RULE);
/** A caller's own key must not look like that of a dialect's execution (contract 5). */
const isOwn = (value: string): boolean => !isDialectKey(value.toLowerCase());

const data = z
  .strictObject({
    definitionId: z.string().min(1),
    version: absentable(z.int().min(1)),
    idempotencyKey: absentable(key.refine(isOwn, 'must not be a UUID of version 8')),
    correlationId: absentable(key),
    triggerContext: absentAs(freeForm, {}).meta({ description: TRIGGER_CONTEXT }),
    organizationId: absentable(identifier(LIMITS.userIdLengthMax)),
    documentId: absentable(identifier(LIMITS.userIdLengthMax)),
    folderId: absentable(identifier(LIMITS.userIdLengthMax)),
    webhookUrl: absentable(z.string()),
    webhookSecret: absentable(z.string().min(LIMITS.webhookSecretLengthMin).max(LIMITS.webhookSecretLengthMax)),
  })
  .superRefine(({ webhookUrl, webhookSecret }, context) => {
    if ((webhookUrl === undefined) === (webhookSecret === undefined)) return;
    const missing = webhookUrl === undefined ? 'webhookUrl' : 'webhookSecret';
    context.addIssue({ code: 'custom', message: 'webhookUrl and webhookSecret come together', path: [missing] });
  });

type DispatchRequest = z.output<typeof data>;

interface Dependencies extends DispatchDependencies {
  readonly allow: OutboundAllow;
}

export const dispatchExecution = (dependencies: Dependencies) =>
  endpoint({
    path: 'executions/dispatch',
    summary: 'Start an execution',
    description:
      'Starts an execution of the current version, or of `version`, once per `idempotencyKey`: a replay answers the original ids with `deduplicated: true`.',
    data,
    result: z.strictObject({ executionId: z.string(), correlationId: z.string(), deduplicated: z.boolean() }),
    errors: ['NOT_FOUND', 'ALREADY_EXISTS', 'FAILED_PRECONDITION', 'DEADLINE_EXCEEDED'],
    examples: [
      {
        summary: 'With an idempotency key and a webhook',
        data: {
          ...EXAMPLE_DISPATCH,
          webhookUrl: 'https://hooks.acme.com/velt/approvals',
          webhookSecret: 'whsec_9a8fS2lExampleSecret',
        },
        result: {
          executionId: EXAMPLE_EXECUTION.executionId,
          correlationId: EXAMPLE_DISPATCH.correlationId,
          deduplicated: false,
        },
      },
    ],
    async handle({ workspace, note }, request) {
      const { definitionId, webhookUrl, webhookSecret } = request;
      const idempotencyKey = request.idempotencyKey ?? generatedKey();
      const correlationId = request.correlationId ?? `corr_${randomBytes(9).toString('hex')}`;
      const executionId = executionIdOf(idempotencyKey);
      note({ executionId, definitionId });
      assertUrlAllowed(request, dependencies.allow);
      const receiver =
        webhookUrl === undefined || webhookSecret === undefined
          ? undefined
          : { url: webhookUrl, secret: webhookSecret };
      const order = { ...request, key: idempotencyKey, correlationId, receiver };
      // A replay wins over the definition's state; what it says itself is checked all the same.
      const answerReplay = (origin: Origin, obstacle: Obstacle | null) => {
        if (obstacle && isOwnFault(obstacle)) throw refusalOf(obstacle, request);
        if (origin.definitionId !== definitionId) throw otherDefinition(idempotencyKey);
        return { executionId, correlationId: origin.correlationId, deduplicated: true };
      };
      const known = dependencies.executions.knownOrigin(workspace, idempotencyKey);
      if (known) return answerReplay(known, await obstacleTo(dependencies, workspace, order));
      const outcome = await dispatch(dependencies, workspace, order).catch(unlessUnnamed(request, executionId));
      if (outcome.kind === 'started') return { executionId, correlationId, deduplicated: false };
      if (outcome.kind === 'obstructed') throw refusalOf(outcome.obstacle, request);
      return answerReplay(outcome.record.memo, outcome.obstacle);
    },
  });

/** To repeat a dispatch without a key would start another execution: who got no answer is told where to look first. */
function unlessUnnamed({ idempotencyKey }: DispatchRequest, executionId: string): (error: unknown) => never {
  return (error) => {
    if (idempotencyKey !== undefined || !(error instanceof ApiError) || error.status !== 'DEADLINE_EXCEEDED')
      throw error;
    const message = `The engine did not answer in time. "${executionId}" may still be started: look for it with executions/get before you ask again, or ask with an idempotencyKey.`;
    throw new ApiError('DEADLINE_EXCEEDED', message, { cause: error });
  };
}

/** `<epoch ms>_<8 base-36 characters>`. */
function generatedKey(): string {
  const characters = Array.from({ length: 8 }, () => randomInt(36).toString(36));
  return `${Date.now()}_${characters.join('')}`;
}

function assertUrlAllowed({ webhookUrl }: DispatchRequest, allow: OutboundAllow): void {
  if (webhookUrl === undefined) return;
  const checked = checkDestination(webhookUrl, allow);
  if (checked.ok) return;
  throw invalidField(['webhookUrl'], checked.message);
}

/** What the request itself is to blame for, whatever became of the definition meanwhile. */
const isOwnFault = ({ kind }: Obstacle): boolean => kind === 'input-too-large' || kind === 'webhook-auth-invalid';

function refusalOf(obstacle: Obstacle, { definitionId, version }: DispatchRequest): ApiError {
  switch (obstacle.kind) {
    case 'tombstoned':
      return new ApiError(
        'FAILED_PRECONDITION',
        `The definition "${definitionId}" was deleted; no execution of it can start.`,
      );
    case 'not-found':
      return definitionNotFound(definitionId, version);
    case 'scoped':
      return invalidField([obstacle.field], obstacle.message);
    case 'input-too-large':
      return invalidField(['triggerContext'], INPUT_TOO_LARGE);
    case 'webhook-auth-invalid':
      return invalidField(['triggerContext'], `triggerContext.webhookAuth ${WEBHOOK_AUTH_RULE}`);
    default:
      return assertNever(obstacle);
  }
}

function otherDefinition(idempotencyKey: string): ApiError {
  return new ApiError(
    'ALREADY_EXISTS',
    `The idempotencyKey "${idempotencyKey}" belongs to an execution of another definition; use another key.`,
  );
}
