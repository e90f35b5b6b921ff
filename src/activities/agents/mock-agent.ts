// The built-in agents for trying a graph: they approve, reject or fail at once (contract 2 section 2).
import { FinalAgentError, type ModuleAgent } from './agent';

/** `__mock__` approves, `__mock__:reject` rejects, `__mock__:fail` fails for good. */
export const MOCK_AGENTS = {
  __mock__: () => ({ synthetic: true, decision: 'approve', summary: 'The mock agent approves everything.' }),
  '__mock__:reject': () => ({ synthetic: true, decision: 'reject', summary: 'The mock agent rejects everything.' }),
  '__mock__:fail': () => {
    throw new FinalAgentError('The mock agent __mock__:fail always fails.');
  },
} satisfies Readonly<Record<string, ModuleAgent>>;
