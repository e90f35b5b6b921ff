// All activities of the worker, made from what they depend on.

import type { AgentDirectory } from '../config/agent-directory';
import { checkDestination, type OutboundAllow } from '../outbound/destination';
import type { Activities } from '../workflows/contract/activities';
import type { AgentRegistry } from './agents/registry';
import { attemptDeliveriesActivity, attemptDeliveryActivity } from './attempt-deliveries';
import { callWebhookActivity, type WebhookDependencies } from './call-webhook';
import { deliverEventsActivity } from './deliver-events';
import type { DeliveryDependencies } from './delivery';
import { lookAtExecutionActivity } from './look-at-execution';
import { requestCancellation } from './request-cancellation';
import { checkAgentUrlActivity, type RunAgentDependencies, runAgentActivity } from './run-agent';
import { dispatchScheduledActivity, syncSchedulesActivity } from './schedules';
import { type NotificationDependencies, sendNotificationActivity } from './send-notification';
import { sendReminderActivity } from './send-reminder';
import { tellingTime } from './telling-time';

export interface ActivityDependencies extends DeliveryDependencies, WebhookDependencies, NotificationDependencies {
  readonly agents: AgentRegistry;
  readonly allow: OutboundAllow;
  /** How the agents are registered, for executions that the worker starts itself. */
  readonly directory: AgentDirectory;
  readonly stepsMax: number;
  readonly noteOutlasting: RunAgentDependencies['noteOutlasting'];
}

export function createActivities({
  agents,
  allow,
  directory,
  stepsMax,
  noteOutlasting,
  ...outward
}: ActivityDependencies): Activities {
  const refuseUrl = (url: string): string | null => {
    const checked = checkDestination(url, allow, "the agent's url");
    return checked.ok ? null : checked.message;
  };
  return {
    checkAgentUrl: checkAgentUrlActivity(refuseUrl),
    runAgent: runAgentActivity({ agents, refuseUrl, noteOutlasting }),
    callWebhook: tellingTime(callWebhookActivity(outward)),
    sendNotification: tellingTime(sendNotificationActivity(outward)),
    sendReminder: sendReminderActivity(outward),
    deliverEvents: deliverEventsActivity(outward),
    attemptDeliveries: attemptDeliveriesActivity(outward),
    attemptDelivery: attemptDeliveryActivity(outward),
    lookAtExecution: lookAtExecutionActivity(outward.times),
    requestCancellation,
    syncSchedules: syncSchedulesActivity,
    dispatchScheduled: dispatchScheduledActivity({ sealer: outward.sealer, agents: directory, stepsMax }),
  };
}
