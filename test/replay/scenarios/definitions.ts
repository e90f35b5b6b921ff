// Stories of a definition's head: what changes it, and what it does about its schedules.
import { ApplicationFailure } from '@temporalio/common';
import type { Activities } from '../../../src/workflows/contract/activities';
import { startHarness } from '../../workflows/harness';
import { type Author, authorOf, yearly } from './registry';
import type { OtherScenario } from './scenario';

/** Played on the recorder's own worker; the definition has the story's name as its id. */
const told = (name: string, tell: (author: Author) => Promise<unknown>): OtherScenario => ({
  name,
  async play({ harness }) {
    const author = authorOf(harness, name);
    await tell(author);
    await author.settled();
    return author.workflowId;
  },
});

interface Worker {
  stop(): Promise<void>;
  startAgain(): Promise<void>;
  /** What `wrap` was told to wait for may go on. */
  open(): void;
}

/** Played on a worker of its own, which can be stopped or have other activities. */
const toldApart = (
  name: string,
  tell: (author: Author, worker: Worker) => Promise<unknown>,
  wrap?: (syncSchedules: Activities['syncSchedules'], opened: Promise<void>) => Activities['syncSchedules'],
): OtherScenario => ({
  name,
  async play() {
    let open = () => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    const harness = await startHarness({
      wrap: (all) => ({ ...all, ...(wrap && { syncSchedules: wrap(all.syncSchedules, opened) }) }),
    });
    let stopSecond = async () => {};
    const startAgain = async () => {
      stopSecond = await harness.addWorker();
    };
    const author = authorOf(harness, name);
    await tell(author, { stop: harness.stopWorker, startAgain, open });
    await author.settled();
    await stopSecond();
    await harness.close();
    return author.workflowId;
  },
});

/** Lets Temporal take up what was asked, while there is no worker that could say so. */
const admitted = () => new Promise((resolve) => setTimeout(resolve, 500));

export const DEFINITION_SCENARIOS: readonly OtherScenario[] = [
  told('definition-without-schedules-from-create-to-revival', async (it) => {
    await it.create();
    await it.settled();
    await it.publish(1);
    await it.publish(2);
    await it.delete();
    await it.settled();
    await it.revive();
  }),
  told('definition-with-schedules-from-create-to-revival', async (it) => {
    await it.create([yearly('one'), yearly('two')]);
    await it.settled();
    await it.publish(1, [yearly('one', '0 4 1 1 *'), yearly('three')]);
    await it.settled();
    await it.publish(2);
    await it.settled();
    await it.publish(3, [yearly('one')]);
    await it.settled();
    await it.delete();
    await it.settled();
    await it.revive([yearly('one')]);
  }),
  told('definition-refuses-what-is-not-for-the-current-version', async (it) => {
    await it.create();
    await it.publish(1);
    await it.publish(1);
    await it.revive();
  }),
  toldApart('definition-is-changed-twice-in-one-task', async (it, worker) => {
    await it.create([yearly('one')]);
    await it.settled();
    await worker.stop();
    const changes = [it.publish(1, [yearly('two')])];
    await admitted();
    changes.push(it.delete());
    await admitted();
    await worker.startAgain();
    await Promise.all(changes);
  }),
  toldApart('definition-takes-one-of-two-updates-in-one-task', async (it, worker) => {
    await it.create();
    await it.settled();
    await worker.stop();
    const changes = [it.delete()];
    await admitted();
    changes.push(it.publish(1, [yearly('one')]));
    await admitted();
    await worker.startAgain();
    await Promise.all(changes);
  }),
  toldApart(
    'definition-is-changed-while-its-schedules-are-being-kept',
    async (it, worker) => {
      await it.create([yearly('one')]);
      await it.publish(1, [yearly('two')]);
      worker.open();
    },
    // The first run is never answered; the one that follows it takes over.
    (syncSchedules, opened) => async (sync) => {
      if (!sync.triggerIds.includes('two')) await opened;
      return syncSchedules(sync);
    },
  ),
  toldApart(
    'definition-gives-its-schedules-up-until-the-next-change',
    async (it, worker) => {
      await it.create([yearly('one')]);
      await it.settled();
      worker.open();
      await it.publish(1, [yearly('one')]);
    },
    (syncSchedules, opened) => {
      let isOpen = false;
      void opened.then(() => {
        isOpen = true;
      });
      return async (sync) => {
        if (!isOpen) throw ApplicationFailure.nonRetryable('the schedules cannot be kept');
        return syncSchedules(sync);
      };
    },
  ),
];
