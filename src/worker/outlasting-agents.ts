// Says which agents are registered as quick and are not: each such run is cut off, and called once more (docs/agents.md).
import type { Logger } from '../logger';

const SAY_AGAIN_MS = 3_600_000;

/** Notes one run; warns the first time, and then of each agent once an hour, with how often it was since. */
export function outlastingAgents(logger: Logger, now: () => number = Date.now): (agentId: string) => void {
  const said = new Map<string, { at: number; since: number }>();
  return (agentId) => {
    const last = said.get(agentId);
    if (last && now() - last.at < SAY_AGAIN_MS) {
      last.since++;
      return;
    }
    const times = 1 + (last?.since ?? 0);
    said.set(agentId, { at: now(), since: 0 });
    logger.warn(
      { agentId, times },
      'an agent registered as quick did not end within 1.5 s, its wait for a free place included; each such run is cut off and called once more as an ordinary activity: leave quick out for it in AGENTS_FILE, or give the worker more CPU',
    );
  };
}
