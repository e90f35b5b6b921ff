// What workflows are sent. Any Temporal client may send a signal, and an agent of another worker may be written in any
// language: a payload that cannot be read, such as the NaN of Python's JSON or a protobuf message, is taken for nothing, which
// is refused like any other malformed argument. An exception here would make the workflow task fail for ever.
import { defaultPayloadConverter, type PayloadConverter } from '@temporalio/common';

export const payloadConverter: PayloadConverter = {
  toPayload: (value) => defaultPayloadConverter.toPayload(value),
  fromPayload<T>(payload: Parameters<PayloadConverter['fromPayload']>[0]): T {
    try {
      return defaultPayloadConverter.fromPayload(payload);
    } catch {
      return undefined as T;
    }
  },
};
