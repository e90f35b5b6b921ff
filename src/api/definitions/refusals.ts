// Why an operation on a definition is refused: it is not there, or it was deleted.
import { ApiError } from '../errors';

export function definitionNotFound(definitionId: string, version?: number): ApiError {
  const which = version === undefined ? '' : ` with version ${version}`;
  return new ApiError('NOT_FOUND', `There is no definition "${definitionId.slice(0, 100)}"${which}.`);
}

export const definitionTombstoned = (definitionId: string): ApiError =>
  new ApiError(
    'FAILED_PRECONDITION',
    `The definition "${definitionId}" was deleted; definitions/create with this id begins anew at version 1.`,
  );
