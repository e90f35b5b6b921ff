// Says with each update when it was sent (docs/decisions/0147-times-after-a-replay.md).
import type { WorkflowClientInterceptor } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { SENT_AT } from '../workflows/contract/names';

export const sayingWhenSent: Required<Pick<WorkflowClientInterceptor, 'startUpdate'>> = {
  startUpdate(input, next) {
    const sentAt = defaultPayloadConverter.toPayload(Date.now());
    return next({ ...input, headers: { ...input.headers, [SENT_AT]: sentAt } });
  },
};
