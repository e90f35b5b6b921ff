// The arguments of a workflow as Temporal takes them: 2 MiB all together. A definition, a triggerContext and a long run can be
// more, and so can events that wait for a receiver; then they go deflated, as one argument
// (docs/decisions/0107-arguments-that-fit.md).
import { deflateSync, inflateSync, strFromU8, strToU8 } from 'fflate/browser';
import { type Json, jsonBytes } from '../../definition/json';

export type Sent<Args extends readonly unknown[]> = Args | [deflated: Uint8Array];

/** Temporal's limit, without what metadata and encryption add. */
const INPUT_BYTES_MAX = 2 * 1024 * 1024 - 64 * 1024;
/** 0 to 9; the higher levels take three times as long for the last few percent. */
const LEVEL = 6;

/** Of plain JSON. Null when they do not fit, however they are sent. */
export function fittedArgs<Args extends readonly unknown[]>(args: Args): Sent<Args> | null {
  const bytes = args.reduce((sum: number, arg) => sum + jsonBytes((arg ?? null) as Json), 0);
  if (bytes <= INPUT_BYTES_MAX) return args;
  const deflated = deflateSync(strToU8(JSON.stringify(args)), { level: LEVEL });
  return deflated.length <= INPUT_BYTES_MAX ? [deflated] : null;
}

export function readArgs<Args extends readonly unknown[]>(sent: Sent<Args>): Args {
  const [first] = sent;
  // It may be of another realm, so that `instanceof` would not know it.
  return ArrayBuffer.isView(first) ? JSON.parse(strFromU8(inflateSync(first as Uint8Array))) : (sent as Args);
}
