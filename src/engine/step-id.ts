// The deterministic ids of steps (contract 2 section 5). The only place where they are made.
import { LIMITS } from '../definition/limits';

/** `step_<nodeId>_<ms>_<nonce>`: the nonce is the same for all roots of an execution, the node is not. */
export function rootStepId(nodeId: string, at: number, nonce: string): string {
  return `step_${nodeId}_${at}_${nonce}`;
}

/** `<parentStepId>__to__<childNodeId>`; a parent id that would make it longer than 200 characters is hashed. */
export function childStepId(parent: { stepId: string; nodeId: string }, childNodeId: string): string {
  const id = `${parent.stepId}__to__${childNodeId}`;
  if (id.length <= LIMITS.stepIdLengthMax) return id;
  return `step_${parent.nodeId}_${hash64(parent.stepId)}__to__${childNodeId}`;
}

/** `group_<groupId>__to__<childNodeId>`, `group_<groupId>_iter_<n>__to__...` from iteration 2 on; never too long. */
export function groupStepId(groupId: string, iteration: number, childNodeId: string): string {
  const inIteration = iteration === 1 ? '' : `_iter_${iteration}`;
  return `group_${groupId}${inIteration}__to__${childNodeId}`;
}

/** `<loopId>_iter_<n>__to__<entryNodeId>`: the entry of iteration n >= 2. */
export function loopEntryStepId(loopId: string, iteration: number, entryNodeId: string): string {
  return `${loopId}_iter_${iteration}__to__${entryNodeId}`;
}

/** FNV-1a, 64 bits, as 13 base-36 characters: tells a thousand step ids apart, guards nothing. */
function hash64(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (let i = 0; i < text.length; i++) {
    hash ^= BigInt(text.charCodeAt(i));
    hash = BigInt.asUintN(64, hash * 0x100000001b3n);
  }
  return hash.toString(36).padStart(13, '0');
}
