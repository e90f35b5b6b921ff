// gRPC status codes that a call of Temporal can meet (https://grpc.io/docs/guides/status-codes/).
import { isGrpcServiceError } from '@temporalio/client';

export const GRPC = {
  CANCELLED: 1,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  UNAVAILABLE: 14,
} as const;

/** The gRPC status code of an error or of what caused it, or null. */
export function grpcCodeOf(error: unknown): number | null {
  for (let it = error; it instanceof Error; it = it.cause) if (isGrpcServiceError(it)) return it.code;
  return null;
}
