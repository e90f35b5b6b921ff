// An operation of a dialect: what its document says of it, and how it passes the gate. What it means is the dialect's own.
import type { Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import type { Identified } from './authentication';
import type { Gate } from './edge/gate';
import { type Call, callOf } from './endpoint';

export interface DialectAnswer {
  readonly description: string;
  /** Absent: the answer has no body. */
  readonly body?: z.ZodType;
  /** `application/json` unless it says otherwise. */
  readonly contentType?: string;
  readonly example?: unknown;
}

export interface DialectOperation {
  readonly method: 'get' | 'post' | 'delete';
  /** As OpenAPI writes it: `/api/workflow/{name}`. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: {
    readonly path?: z.ZodObject;
    readonly query?: z.ZodObject;
    readonly header?: z.ZodObject;
  };
  readonly body?: { readonly schema: z.ZodType; readonly example?: unknown; readonly isOptional?: true };
  readonly answers: Readonly<Record<number, DialectAnswer>>;
  handle(call: Call, request: Request, response: Response): Promise<void>;
}

/** By the credentials of the dialect. */
export type Identify = (request: Request, response: Response) => Identified;

export function serveDialect(
  { method, path, handle }: DialectOperation,
  gate: Gate,
  identify: Identify,
): RequestHandler {
  return async (request, response) => {
    response.locals.operation = `${method.toUpperCase()} ${path}`;
    const { caller, leave } = await gate.admit(request, () => identify(request, response));
    try {
      await handle(callOf(caller, response), request, response);
    } finally {
      leave();
    }
  };
}

/** The path in Express's notation. */
export const routeOf = ({ path }: DialectOperation): string => path.replace(/\{(\w+)\}/g, ':$1');
