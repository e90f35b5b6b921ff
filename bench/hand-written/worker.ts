// The hand-written workflow's worker, tuned like ours.
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { TUNING } from '../../src/worker/worker';
import * as activities from './activities';

async function main(): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('WARN') });
  const { TEMPORAL_ADDRESS: address = '', TASK_QUEUE: taskQueue = '' } = process.env;
  const connection = await NativeConnection.connect({ address });
  const workflowsPath = join(__dirname, 'workflow.js');
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle,
    activities,
    ...TUNING,
  });
  process.on('SIGTERM', () => worker.shutdown());
  await worker.run();
  await connection.close();
}

void main();
