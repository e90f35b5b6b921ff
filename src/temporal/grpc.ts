// gRPC status codes that a call of Temporal can meet (https://grpc.io/docs/guides/status-codes/).
import { isGrpcServiceError, QueryNotRegisteredError, QueryRejectedError } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { ONLY_A_PART } from '../workflows/contract/messages';
import { UNKNOWN_RULES } from '../workflows/contract/replay-rules';

export const GRPC = {
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const;

/** What was named does not exist; that the whole namespace does not is another matter. */
export const isMissing = (error: unknown): boolean => grpcCodeOf(error) === GRPC.NOT_FOUND && !isNoNamespace(error);

/** The namespace of the client does not exist; some calls of the client have an error of its own for that. */
export const isNoNamespace = (error: unknown): boolean =>
  error instanceof NamespaceNotFoundError ||
  (grpcCodeOf(error) === GRPC.NOT_FOUND && NAMESPACE.test(messagesOf(error)));

/** Temporal does not take the credentials of this process; another try with the same ones changes nothing. */
export const isRefused = (error: unknown): boolean => {
  const code = grpcCodeOf(error) ?? (error instanceof Error ? refusalAtConnect(error.message) : null);
  return code === GRPC.UNAUTHENTICATED || code === GRPC.PERMISSION_DENIED;
};

/**
 * Where the call is refused that a connection begins with, the core says so in words only: those of its gRPC for the code
 * (https://docs.rs/tonic: `Code::description`).
 */
export function refusalAtConnect(message: string): number | null {
  const [, said] = /^Failed to call GetSystemInfo: code: '([^']*)'/.exec(message) ?? [];
  if (said === 'The request does not have valid authentication credentials') return GRPC.UNAUTHENTICATED;
  return said === 'The caller does not have permission to execute the specified operation'
    ? GRPC.PERMISSION_DENIED
    : null;
}

/**
 * Temporal itself failed at it, or its database did: what these codes say of every gRPC server, and UNKNOWN of errors that it has no
 * code for. UNIMPLEMENTED it is where it is too old, or where something else listens at its address. Whether what was asked was done
 * all the same is not known.
 */
export const isFaultOfTemporal = (error: unknown): boolean => FAULTS.has(grpcCodeOf(error));

const FAULTS: ReadonlySet<number | null> = new Set([
  GRPC.UNKNOWN,
  GRPC.ABORTED,
  GRPC.OUT_OF_RANGE,
  GRPC.UNIMPLEMENTED,
  GRPC.INTERNAL,
  GRPC.DATA_LOSS,
]);

/** A query came before the first task of a workflow whose start is delayed. */
export const isUnscheduled = (error: unknown): boolean =>
  grpcCodeOf(error) === GRPC.FAILED_PRECONDITION && UNSCHEDULED.test(messagesOf(error));

const UNSCHEDULED = /task is not scheduled yet/i;

/**
 * Temporal holds a few queries for the next worker, and takes no more beside them; or other calls had the workflow until half a second
 * before this one's deadline.
 */
export const isWorkflowBusy = (error: unknown): boolean =>
  grpcCodeOf(error) === GRPC.RESOURCE_EXHAUSTED && WORKFLOW_BUSY.test(messagesOf(error));

const WORKFLOW_BUSY = /query buffer|workflow is busy/i;

/** A workflow has as many Updates in flight as Temporal takes (ten, by default). */
export const isTooManyUpdates = (error: unknown): boolean =>
  grpcCodeOf(error) === GRPC.RESOURCE_EXHAUSTED && UPDATES_IN_FLIGHT.test(messagesOf(error));

const UPDATES_IN_FLIGHT = /in-flight updates has been reached/i;

/** The last workflow tasks of what is queried failed or were lost: Temporal asks no worker until one is completed. */
export const isTaskFailing = (error: unknown): boolean =>
  grpcCodeOf(error) === GRPC.FAILED_PRECONDITION && TASK_FAILING.test(messagesOf(error));

const TASK_FAILING = /workflow task in failed state/i;

/** An operator has paused the workflow: until it is unpaused it takes no query and no update. */
export const isPaused = (error: unknown): boolean =>
  error instanceof QueryRejectedError
    ? error.status === temporal.api.enums.v1.WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_PAUSED
    : grpcCodeOf(error) === GRPC.FAILED_PRECONDITION && PAUSED.test(messagesOf(error));

const PAUSED = /workflow is paused/i;

/**
 * The worker that took a query failed it: it cannot take the workflow up, or the handler has a bug. The client has one name for
 * all of that.
 */
export const isFailedQuery = (error: unknown): error is QueryNotRegisteredError =>
  error instanceof QueryNotRegisteredError;

/** The worker that took a query does not know the workflow's rules, and leaves it alone (docs/decisions/0111). */
export const isNotTakenUp = (error: unknown): boolean =>
  isFailedQuery(error) && error.message.startsWith(UNKNOWN_RULES);

/** A query came for a workflow that was closed before a worker had completed any task of it. */
const isNeverRun = (error: unknown): boolean => NEVER_RUN.test(messagesOf(error));

const NEVER_RUN = /closed before WorkflowTaskStarted/i;

/** A query brought news ahead of its workflow task, which is about to come (docs/decisions/0129). */
export const isOnlyPart = (error: unknown): boolean => isFailedQuery(error) && error.message.startsWith(ONLY_A_PART);

/**
 * Asked of a closed workflow: no worker will ever answer for it. One of a later release may, whose rules are not known here, and so
 * may any worker where just now there is none, or that has only a part of what came.
 */
export const isUnanswerable = (error: unknown): boolean =>
  isTaskFailing(error) || isNeverRun(error) || (isFailedQuery(error) && !isNotTakenUp(error) && !isOnlyPart(error));

/** No worker may answer for this one workflow just now, whatever the others do. */
export const isSilentAlone = (error: unknown): boolean =>
  isTaskFailing(error) || isPaused(error) || isFailedQuery(error);

/** A start or a query names a search attribute that is not registered, or that the server has not heard of yet. */
export const isUnknownSearchAttribute = (error: unknown): boolean =>
  grpcCodeOf(error) === GRPC.INVALID_ARGUMENT && UNKNOWN_ATTRIBUTE.test(messagesOf(error));

const UNKNOWN_ATTRIBUTE =
  /no mapping defined for search attribute|invalid search attribute|search attribute \S+ is not defined|column name '\S+' is not a valid search attribute/i;

/** A query names the status `Paused`, which Temporal servers know since 1.30. */
export const isUnknownStatus = (error: unknown): boolean =>
  grpcCodeOf(error) === GRPC.INVALID_ARGUMENT && UNKNOWN_STATUS.test(messagesOf(error));

const UNKNOWN_STATUS = /invalid ExecutionStatus value 'Paused'/i;

function messagesOf(error: unknown): string {
  return error instanceof Error ? `${error.message}\n${messagesOf(error.cause)}` : '';
}

const NAMESPACE = /namespace .*is not found/i;

/** The gRPC status code of an error or of what caused it, or null. */
export function grpcCodeOf(error: unknown): number | null {
  for (let it = error; it instanceof Error; it = it.cause) if (isGrpcServiceError(it)) return it.code;
  return null;
}
