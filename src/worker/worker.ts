// The Temporal worker: runs the workflows of the bundle and all activities on one task queue.
import type { DataConverter } from '@temporalio/common';
import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import type { Activities } from '../workflows/contract/activities';

export interface WorkerParts {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly activities: Activities;
  readonly bundlePath: string;
  readonly dataConverter?: DataConverter;
  /** Without it as many as the SDK finds room for in the heap: about 600 for each GB of it. */
  readonly cachedWorkflowsMax?: number;
}

/** How the worker shares its work with others and asks for more: the benchmark's hand-written workflow has the same. */
export const TUNING = {
  /** After a worker's death its workflows are taken over by another this soon, instead of after ten seconds. */
  stickyQueueScheduleToStartTimeout: '2s',
  /** Heartbeats time out after 5 s, so they may not be held back for longer than this. */
  maxHeartbeatThrottleInterval: '2s',
  /** A quarter of the polls asks for executions that are new or that no worker holds, the others for those held here (decision 0132). */
  workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 28 },
  nonStickyToStickyPollRatio: 0.25,
  activityTaskPollerBehavior: { type: 'autoscaling' },
} as const satisfies Partial<WorkerOptions>;
/** Most activities wait for somebody else's answer: receivers that hang must not use up the room of the others. */
const ACTIVITIES_MAX = 1_000;
/** Activities that run when the worker is told to stop have this long to end. */
const SHUTDOWN_GRACE = '5s';

export function createWorker({
  connection,
  namespace,
  taskQueue,
  activities,
  bundlePath,
  dataConverter = {},
  cachedWorkflowsMax,
}: WorkerParts): Promise<Worker> {
  return Worker.create({
    connection,
    namespace,
    taskQueue,
    activities,
    dataConverter,
    workflowBundle: { codePath: bundlePath },
    maxConcurrentActivityTaskExecutions: ACTIVITIES_MAX,
    ...TUNING,
    ...(cachedWorkflowsMax === undefined ? {} : { maxCachedWorkflows: cachedWorkflowsMax }),
    shutdownGraceTime: SHUTDOWN_GRACE,
    shutdownForceTime: '8s',
  });
}
