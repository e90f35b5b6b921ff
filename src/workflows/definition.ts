// The registry entry of one definition: a head that stays open, and an immutable record for each version.
import { condition, setCurrentDetails } from '@temporalio/workflow';
import type { DefinitionMemo } from './contract';

/** The head: what is current stands in its memo, readable without a worker. It stays open, for a closed one would expire. */
export async function definition(head: DefinitionMemo): Promise<void> {
  setCurrentDetails(`**${head.name}**, version ${head.version}, ${head.status}`);
  await condition(() => false);
}

/** The record of one version: its content is its input. It is started with a delay of a century, so this never runs. */
export async function definitionVersion(_record: unknown): Promise<void> {}
