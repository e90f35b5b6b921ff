// The worker's warning of agents that are registered as quick and are not (docs/agents.md).
import { expect, test } from '@jest/globals';
import type { Logger } from '../../src/logger';
import { outlastingAgents } from '../../src/worker/outlasting-agents';

test('an agent is warned of at once, and then once an hour with how often it was cut off since', () => {
  const lines: object[] = [];
  let now = 0;
  const logger = { warn: (line: object) => lines.push(line) } as unknown as Logger;
  const note = outlastingAgents(logger, () => now);
  for (let i = 0; i < 3; i++) note('slow');
  note('other');
  expect(lines).toEqual([
    { agentId: 'slow', times: 1 },
    { agentId: 'other', times: 1 },
  ]);
  now = 3_599_999;
  note('slow');
  expect(lines).toHaveLength(2);
  now = 3_600_000;
  note('slow');
  note('slow');
  expect(lines.slice(2)).toEqual([{ agentId: 'slow', times: 4 }]);
});
