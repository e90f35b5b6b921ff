// A large triggerContext is kept as text while nothing happens: as objects it can take twenty times as much of a worker's
// memory, and a worker holds hundreds of executions that wait for people.
import { type JsonObject, jsonBytes } from '../definition/json';

/** As JSON. Parsing it takes a millisecond or two for each of these. */
const TEXT_BYTES_MIN = 128 * 1024;

/** Changes `holder` in place, for others refer to it too: what is read until `atRest` calls back is one and the same object. */
export function keepAsText(
  holder: { readonly triggerContext: JsonObject },
  atRest: (forget: () => void) => void,
): void {
  if (jsonBytes(holder.triggerContext) < TEXT_BYTES_MIN) return;
  const text = JSON.stringify(holder.triggerContext);
  let parsed: JsonObject | null = holder.triggerContext;
  atRest(() => {
    parsed = null;
  });
  Object.defineProperty(holder, 'triggerContext', {
    enumerable: true,
    get(): JsonObject {
      parsed ??= JSON.parse(text) as JsonObject;
      return parsed;
    },
  });
}
