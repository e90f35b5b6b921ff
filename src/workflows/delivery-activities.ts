// The activities that deliver events, and how long they may take.
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from './contract/activities';

/**
 * A worker's death is repeated by Temporal, without end: it is no attempt. Anything else is the activity's result. Most of
 * an attempt's time is waiting for a receiver, and each heartbeat is a write of Temporal's: receivers that hang would slow
 * the others down by them, so they are few, and a dead worker is noticed a little later than under an agent.
 */
export const { deliverEvents, attemptDeliveries, attemptDelivery, lookAtExecution } = proxyActivities<
  Pick<Activities, 'deliverEvents' | 'attemptDeliveries' | 'attemptDelivery' | 'lookAtExecution'>
>({
  startToCloseTimeout: '30s',
  heartbeatTimeout: '16s',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '10s' },
});
