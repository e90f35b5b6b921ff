// Stories of the workflow that keeps delivering: what becomes of the events that it is given.
import { ApplicationFailure } from '@temporalio/common';
import type { ExecutionEvent } from '../../../src/engine/event';
import type { Activities } from '../../../src/workflows/contract/activities';
import type { DeliveryRecord } from '../../../src/workflows/contract/deliveries';
import { deliveryWorkflowId, executionIdOf } from '../../../src/workflows/contract/ids';
import { QUERY, SIGNAL } from '../../../src/workflows/contract/messages';
import { agent, edge, human, type Shape } from '../../engine/scene';
import { type Receiver, startReceiver } from '../../support/receiver';
import { type Started, startHarness, WORKSPACE } from '../../workflows/harness';
import { AGENTS, type OtherScenario } from './scenario';

const POLL_MS = 20;
/** The waits are thousandths, so that a delivery workflow with nothing left to do closes within a second. */
const TIMES = { scale: 0.001, answerMs: 400 };

interface Told {
  readonly name: string;
  readonly shape: Shape;
  readonly react: Parameters<Receiver['react']>[0];
  readonly tell: (it: Delivering) => Promise<unknown>;
  readonly isFirstLookEnded?: boolean;
}

interface Delivering extends Pick<Started, 'decide'> {
  readonly receiver: Receiver;
  /** Until something was handed over, and of all of that this is true. */
  all(isTrue: (record: DeliveryRecord) => boolean): Promise<void>;
  /** Whatever became of it, everything that was handed over is delivered again. */
  redeliver(): Promise<void>;
}

const isDead = ({ status }: DeliveryRecord) => status === 'dead';
const isDelivered = ({ status }: DeliveryRecord) => status === 'delivered';

const arrivesThenEnds = async ({ all, decide }: Delivering) => {
  await all(isDelivered);
  await decide('review', 'ada');
};

const DRAFT: Shape = {
  nodes: [agent('draft', { agentId: 'ok' }), human('review', ['ada'])],
  edges: [edge('draft', 'review')],
};
const TWO_AGENTS: Shape = {
  nodes: [agent('draft', { agentId: 'ok' }), agent('check', { agentId: 'ok' }), human('review', ['ada'])],
  edges: [edge('draft', 'check'), edge('check', 'review')],
};
const MANY: Shape = { nodes: Array.from({ length: 40 }, (_, index) => agent(`a${index}`, { agentId: 'ok' })) };

const STORIES: readonly Told[] = [
  {
    name: 'arrives-later-while-its-execution-is-open',
    shape: DRAFT,
    react: ({ attempt }) => (attempt < 2 ? 503 : 200),
    tell: arrivesThenEnds,
  },
  {
    name: 'goes-on-after-a-look-that-an-operator-ended',
    shape: DRAFT,
    react: ({ attempt }) => (attempt < 2 ? 503 : 200),
    tell: arrivesThenEnds,
    isFirstLookEnded: true,
  },
  {
    name: 'is-dead-and-is-started-over',
    shape: DRAFT,
    react: () => 500,
    tell: async ({ all, decide, receiver, redeliver }) => {
      await decide('review', 'ada');
      await all(isDead);
      receiver.react(() => 200);
      await redeliver();
    },
  },
  {
    name: 'is-started-over-while-it-is-in-flight',
    shape: DRAFT,
    react: () => 'silence',
    tell: async ({ decide, receiver, redeliver }) => {
      await receiver.received(({ attempt }) => attempt === 1);
      await redeliver();
      receiver.react(() => 200);
      await decide('review', 'ada');
    },
  },
  {
    name: 'is-due-at-its-own-time',
    shape: TWO_AGENTS,
    react: ({ attempt }) => (attempt < 2 ? 'silence' : attempt < 3 ? 503 : 200),
    tell: arrivesThenEnds,
  },
  {
    name: 'is-due-at-its-own-time-and-started-over-in-flight',
    shape: TWO_AGENTS,
    react: () => 'silence',
    tell: async ({ all, decide, receiver, redeliver }) => {
      await decide('review', 'ada');
      await receiver.received(({ attempt }) => attempt === 2);
      receiver.react(() => 200);
      await redeliver();
      await all(isDelivered);
    },
  },
  {
    name: 'is-due-at-its-own-time-and-continues-as-new',
    shape: MANY,
    react: ({ attempt }) => (attempt < 5 ? 503 : 200),
    tell: ({ all }) => all(isDelivered),
  },
];

/** As if an operator had made it fail. */
function endingTheFirstLook(activities: Activities): Activities {
  let looks = 0;
  return {
    ...activities,
    async lookAtExecution(look) {
      looks += 1;
      if (looks === 1) throw ApplicationFailure.nonRetryable('by an operator');
      return activities.lookAtExecution(look);
    },
  };
}

async function play({ name, shape, react, tell, isFirstLookEnded = false }: Told): Promise<string> {
  const receiver = await startReceiver();
  receiver.react(react);
  const harness = await startHarness({
    ...{ agents: AGENTS, allow: receiver.host, times: TIMES },
    wrap: (activities) => (isFirstLookEnded ? endingTheFirstLook(activities) : activities),
  });
  const sealedSecret = harness.seal('a-secret-of-enough-characters', executionIdOf(name));
  const started = await harness.start(shape, {
    idempotencyKey: name,
    receiver: { url: receiver.url, sealedSecret, sealedFor: 'execution', eventTypes: null },
  });
  const delivery = harness.client.workflow.getHandle(deliveryWorkflowId(WORKSPACE, name));
  // It does not exist before the first events are handed over.
  const records = () => delivery.query<readonly DeliveryRecord[]>(QUERY.deliveryRecords).catch(() => []);
  await tell({
    receiver,
    decide: started.decide,
    async all(isTrue) {
      for (;;) {
        const seen = await records();
        if (seen.length > 0 && seen.every(isTrue)) return;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    async redeliver() {
      const seqs = (await records()).map(({ seq }) => seq);
      await delivery.signal(
        SIGNAL.redeliver,
        await started.handle.query<ExecutionEvent[], [number[]]>(QUERY.eventsBySeq, seqs),
      );
    },
  });
  await delivery.result();
  await harness.close();
  await receiver.close();
  return delivery.workflowId;
}

export const DELIVERY_SCENARIOS: readonly OtherScenario[] = STORIES.map((story) => {
  const name = `webhook-delivery-${story.name}`;
  return { name, play: () => play({ ...story, name }) };
});
