// Every story that there is a recorded history of.
import { AGENT_SCENARIOS } from './agents';
import { BLOCKING_SCENARIOS } from './blocking';
import { DEFINITION_SCENARIOS } from './definitions';
import { DELIVERY_SCENARIOS } from './deliveries';
import { FIRING_SCENARIOS } from './firings';
import { GROUP_SCENARIOS } from './groups';
import { HUMAN_SCENARIOS } from './humans';
import { LOOP_SCENARIOS } from './loops';
import { LOST_SCENARIOS } from './lost';
import { NODE_SCENARIOS } from './nodes';
import { REMINDER_SCENARIOS } from './reminders';
import type { OtherScenario, Scenario } from './scenario';
import { SURROUNDING_SCENARIOS } from './surroundings';

export const SCENARIOS: readonly Scenario[] = [
  ...AGENT_SCENARIOS,
  ...HUMAN_SCENARIOS,
  ...GROUP_SCENARIOS,
  ...LOOP_SCENARIOS,
  ...BLOCKING_SCENARIOS,
  ...NODE_SCENARIOS,
  ...REMINDER_SCENARIOS,
  ...SURROUNDING_SCENARIOS,
];

/** Of the workflows beside the executions, and of executions whose workers come and go. */
export const OTHER_SCENARIOS: readonly OtherScenario[] = [
  ...DEFINITION_SCENARIOS,
  ...FIRING_SCENARIOS,
  ...DELIVERY_SCENARIOS,
  ...LOST_SCENARIOS,
];
