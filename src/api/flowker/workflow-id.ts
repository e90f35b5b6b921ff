// The id of a workflow in a path or query: a definitionId, which may itself be a UUID (contract 5 section 2).
import { LIMITS } from '../../definition/limits';
import { FlowkerError } from './errors';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The definitionId. Throws FLK-0002. */
export function workflowIdOf(text: string): string {
  if (UUID.test(text)) return text.toLowerCase();
  if (LIMITS.definitionIdPattern.test(text)) return text;
  throw new FlowkerError('FLK-0002', 'The workflowId must be a UUID, or 3 to 64 of a-z 0-9 -.');
}
