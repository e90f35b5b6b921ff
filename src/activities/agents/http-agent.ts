// An agent behind an HTTP endpoint of the operator's: gets its request as a signed POST, and answers with JSON
// (contract 2 section 10).
import { type Agent, request } from 'undici';
import type { HttpAgentEntry } from '../../config/agent-directory';
import type { JsonObject } from '../../definition/json';
import { LIMITS } from '../../definition/limits';
import { answeredSentence } from '../../outbound/answered';
import { failureOf } from '../../outbound/failure';
import { operatorsAgent } from '../../outbound/operators-agent';
import { signedHeaders } from '../../outbound/signature';
import { type AgentCall, FinalAgentError, type ModuleAgent } from './agent';

/** The answer is an output of at most that size, and JSON may be spaced out. */
const ANSWER_BYTES_MAX = 4 * LIMITS.outputBytesMax;

/** A 4xx is final; a 5xx, a time-out and a network error are tried again. Redirects are not followed. */
export function httpAgent(entry: HttpAgentEntry): ModuleAgent {
  // Bounds of undici's own would cut a slow agent short; how many are called at once, the worker's places for activities say.
  const dispatcher = operatorsAgent(entry.timeoutMs);
  return async (call, { signal }) => {
    const { status, text } = await exchange(call, entry, { dispatcher, signal });
    if (status >= 200 && status < 300) return parsed(text);
    const message = answeredSentence("The agent's endpoint", status);
    throw status >= 500 ? new Error(message) : new FinalAgentError(message);
  };
}

interface Exchange {
  readonly dispatcher: Agent;
  readonly signal: AbortSignal;
}

/** What a connection fails with may name hosts of the operator's network: it is said in words of ours. */
async function exchange(call: AgentCall, { url, secret, timeoutMs }: HttpAgentEntry, { dispatcher, signal }: Exchange) {
  const body = JSON.stringify(call);
  const time = AbortSignal.timeout(timeoutMs);
  try {
    const { statusCode: status, body: answer } = await request(url, {
      method: 'POST',
      headers: headersOf(call, { body, secret }),
      body,
      dispatcher,
      signal: AbortSignal.any([signal, time]),
    });
    if (status >= 200 && status < 300) return { status, text: await readText(answer) };
    await answer.dump({ limit: ANSWER_BYTES_MAX });
    return { status, text: '' };
  } catch (error) {
    if (error instanceof FinalAgentError || (signal.aborted && !time.aborted)) throw error;
    throw new Error(`The call of the agent's endpoint failed. ${failureOf(error, timeoutMs).message}`);
  }
}

function headersOf({ idempotencyKey, attempt }: AgentCall, signed: { body: string; secret: string }) {
  return {
    ...signedHeaders({ ...signed, eventId: idempotencyKey, attempt: attempt - 1, at: Date.now() }),
    'idempotency-key': idempotencyKey,
    accept: 'application/json',
  };
}

async function readText(answer: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) {
      throw new FinalAgentError(`The agent's endpoint answered more than ${ANSWER_BYTES_MAX} bytes.`);
    }
    chunks.push(chunk);
  }
  // Unlike a buffer's own way it leaves out a byte order mark, which some platforms put before their JSON.
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function parsed(text: string): JsonObject {
  try {
    // That it is an object is checked for every agent alike.
    return JSON.parse(text) as JsonObject;
  } catch {
    throw new FinalAgentError("The agent's endpoint answered 2xx with a body that is no JSON.");
  }
}
