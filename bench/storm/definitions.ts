// A random definition that the linter accepts: of the reference model's generator, or chains beside each other.
import type { DefinitionDraft } from '../../src/definition/definition';
import { lintDefinition } from '../../src/definition/lint/lint';
import { definitionCreateSchema } from '../../src/definition/schema';
import type { Random } from '../random';
import { chains } from './chains';
import type { Shape } from './shape';
import { sketched } from './sketched';

export interface StormDefinition {
  readonly sent: Shape & { readonly definitionId: string; readonly name: string };
  /** As it is stored, defaults filled in. */
  readonly draft: DefinitionDraft;
}

const CHAINS = 0.45;

/** `host`: the receiver's, which webhook nodes call. */
export function randomDefinition(random: Random, definitionId: string, host: string): StormDefinition {
  for (;;) {
    const shape = random.chance(CHAINS) ? chains(random, host) : sketched(random, host);
    if (shape === null) continue;
    const sent = { definitionId, name: 'Storm', ...shape };
    const parsed = definitionCreateSchema.safeParse(sent);
    if (!parsed.success) throw new Error(`the storm makes definitions that are none: ${parsed.error.message}`);
    const { draft } = lintDefinition(parsed.data);
    if (draft !== null) return { sent, draft };
  }
}
