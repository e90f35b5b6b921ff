// One try to deliver one event, whatever the event is.
import { expect, test } from '@jest/globals';
import { sendOnce } from '../../src/activities/delivery';
import type { ExecutionEvent } from '../../src/engine/event';
import { createOutboundClient } from '../../src/outbound/http-client';
import { createSealer } from '../../src/outbound/seal';

const sealer = createSealer([{ keyId: 'k1', key: Buffer.alloc(32, 1) }]);
const owner = { workspace: 'dev', kind: 'execution', id: 'exec_1' } as const;
const target = {
  ...{ workspace: 'dev', executionId: 'exec_1', definitionId: 'def', correlationId: 'corr_1' },
  receiver: {
    url: 'https://hooks.acme.com/',
    sealedSecret: sealer.seal('a secret of this test', owner),
    sealedFor: 'execution',
    eventTypes: null,
  },
} as const;

test.each<[string, object, RegExp]>([
  ['has no time', {}, /: Invalid time value$/],
  ['has a time that there is not', { at: 1e20 }, /: Invalid time value$/],
  ['is of a type that there is not', { at: 1, type: 'step.forgotten' }, /: unhandled variant: "step.forgotten"$/],
  ['is of a very long one', { at: 1, type: 'x'.repeat(10_000) }, /^The event cannot be written.{1,250} …$/],
])(
  'an event that %s is a dead letter that says why, and no failure that would be repeated for ever',
  async (_what, odd, why) => {
    const event = { seq: 1, type: 'step.completed', stepId: 's', data: null, ...odd } as unknown as ExecutionEvent;
    const dependencies = { outbound: createOutboundClient({ allow: new Set() }), sealer };
    const outcome = await sendOnce(dependencies, target, { event, attempts: 0, tries: 0 });
    expect(outcome).toMatchObject({ kind: 'failed', wasSent: false, retryAfterMs: null });
    expect(outcome).toMatchObject({ lastError: expect.stringMatching(why) });
  },
);
