// Connections to what the operator has configured, checked by nobody: agents behind HTTP, and Slack.
import { Agent, buildConnector } from 'undici';
import { skipInterimAnswers } from './interim-answers';

/**
 * Each request has a connection of its own, so that interim answers can be told from what follows. `connectMs`: undici's 10 s
 * unless given. No bound is set for the answer: who sends the request has one.
 */
export function operatorsAgent(connectMs?: number): Agent {
  const connect = buildConnector({ allowH2: false, ...(connectMs === undefined ? {} : { timeout: connectMs }) });
  return new Agent({
    connect: (options, callback) =>
      connect(options, (...result) => {
        if (result[1]) skipInterimAnswers(result[1]);
        callback(...result);
      }),
    // No connection is kept for another request.
    pipelining: 0,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}
