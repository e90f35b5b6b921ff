// Pages of lists: what a request asks for, and cursors that only this server can have made, for this very list.
import { z } from 'zod';
import { LIMITS } from '../definition/limits';
import { absentAs, absentable } from '../definition/schema-parts';
import { SealError, type Sealer } from '../outbound/seal';
import { invalidField } from './errors';

export const pageFields = {
  pageSize: absentAs(z.int().min(1).max(LIMITS.pageSizeMax), LIMITS.pageSizeDefault),
  cursor: absentable(z.string().min(1).max(LIMITS.cursorLengthMax)),
};

export interface PageRequest {
  readonly pageSize: number;
  readonly cursor?: string | undefined;
}

/** Which list a cursor is for: an operation with its filter. A cursor of one means nothing in another. */
export interface ListOf {
  readonly workspace: string;
  readonly list: string;
  readonly filter?: object;
}

export interface Cursors {
  make(of: ListOf, place: string): string;
  /** Null when the request has no cursor. Throws an INVALID_ARGUMENT when it is none of this list. */
  read(of: ListOf, cursor: string | undefined): string | null;
}

const PREFIX = 'sealed:';

/** A cursor is sealed: nothing of Temporal's shows, nothing can be changed, and every API process can read it. */
export function createCursors(sealer: Sealer): Cursors {
  return {
    make: (of, place) => sealer.seal(place, bindingOf(of)).slice(PREFIX.length),
    read(of, cursor) {
      if (cursor === undefined) return null;
      try {
        return sealer.open(`${PREFIX}${cursor}`, bindingOf(of));
      } catch (error) {
        if (!(error instanceof SealError)) throw error;
        const message = 'cursor is none of this list: pass nextCursor back unchanged, or leave it out to begin anew';
        throw invalidField(['cursor'], message, { text: `data.cursor: ${message}`, cause: error });
      }
    },
  };
}

const bindingOf = ({ workspace, list, filter }: ListOf) =>
  ({ workspace, kind: 'cursor', id: JSON.stringify([list, filter ?? null]) }) as const;

/** Temporal's page tokens as text, and back; before the first page there is none, and the text is empty. */
export const textOf = (token: Uint8Array | null): string => Buffer.from(token ?? []).toString('base64');
export const tokenOf = (text: string | null): Uint8Array | null => (text ? Buffer.from(text, 'base64') : null);
