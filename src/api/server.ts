// The API as a server: its HTTP limits, answers to what is no HTTP, and an end that lets running requests finish.
import { randomUUID } from 'node:crypto';
import type { RequestListener, ServerResponse } from 'node:http';
import { createServer, type Server, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { listenError } from '../config/listen-error';
import { shownHost } from '../config/shown-host';
import { ApiError } from './errors';
import { said } from './words';

export interface RunningServer {
  readonly url: string;
  /** Takes no more requests, lets running ones finish, and ends after at most five seconds. */
  close(): Promise<void>;
}

/** Headers must be whole after this long, ... */
export const HEADERS_MS_MAX = 15_000;
/** ... the whole request after this long, counted from its first byte, ... */
export const REQUEST_MS_MAX = 25_000;
/** ... and this often the server looks, so that a slow socket is closed within 30 seconds. */
const CHECK_MS = 2_500;
/** A socket on which nothing moves, such as that of a client that does not read its answer. */
const SILENCE_MS_MAX = 30_000;
const KEEP_ALIVE_MS = 30_000;
const CLOSE_MS_MAX = 5_000;
export const HEADER_BYTES_MAX = 16 * 1024;
const REQUEST_EVENTS = ['request', 'checkContinue', 'checkExpectation'] as const;

export async function listen(handler: RequestListener, host: string, port: number): Promise<RunningServer> {
  const server = createServer(
    {
      headersTimeout: HEADERS_MS_MAX,
      requestTimeout: REQUEST_MS_MAX,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: HEADER_BYTES_MAX,
      connectionsCheckingInterval: CHECK_MS,
      // A request without Host is answered by the handler, in its words.
      requireHostHeader: false,
    },
    handler,
  );
  server.timeout = SILENCE_MS_MAX;
  // Who announces a body is told to send it only when it is wanted; who expects anything else gets an ordinary answer.
  server.on('checkContinue', handler);
  server.on('checkExpectation', handler);
  answerBrokenRequests(server);
  const closing = closingAnswers(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, { host, port, variable: 'PORT' })));
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  return { url: `http://${shownHost(host)}:${bound}`, close: () => close(server, closing) };
}

/** What cannot be read as a request, or takes too long, is told so too, and then its connection ends. */
export function answerBrokenRequests(server: Server): void {
  const answers = new WeakMap<Duplex, ServerResponse>();
  for (const event of REQUEST_EVENTS) {
    server.prependListener(event, (request, response) => answers.set(request.socket, response));
  }
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const answer = answers.get(socket);
    const isOwed = answer?.writableFinished === false;
    // Anything else said now would be taken for the answer that is owed.
    const isOfAnother = isOwed && (answer.headersSent || answer.req.complete || answer.socket === null);
    if (error.code === 'ECONNRESET' || !socket.writable || isOfAnother) socket.destroy();
    else if (isOwed && error.code !== CALLER_ENDED) answerInItsPlace(answer, error.code);
    else if (error.code === TOO_LATE) cutOff(socket, rawAnswer(TOO_LATE));
    else socket.end(rawAnswer(error.code));
  });
  server.on('connect', (_request, socket) => {
    if (answers.get(socket)?.writableFinished === false) socket.destroy();
    else cutOff(socket, rawAnswer(CONNECT));
  });
}

/** Nothing is read any more: a request that comes too late must not be served when its rest comes now. */
function cutOff(socket: Duplex, answer: string): void {
  // Node.js has left the socket of a CONNECT to us.
  socket.on('error', () => undefined);
  socket.write(answer);
  socket.destroy();
}

/** In the middle of a request: most who do that are gone. */
const CALLER_ENDED = 'HPE_INVALID_EOF_STATE';
const TOO_LATE = 'ERR_HTTP_REQUEST_TIMEOUT';
/** No error of Node.js: it reads such a request, and hands over the connection. */
const CONNECT = 'CONNECT';

/** Of a request whose body does not come: it is logged and counted as any other, and its handler gets nothing more of it. */
function answerInItsPlace(answer: ServerResponse, code: string | undefined): void {
  const refusal = brokenRequest(code);
  const body = JSON.stringify(said(refusal, answer));
  // Node.js forgets a request that has its answer, and its handler would wait for the rest for ever.
  answer.once('close', () => answer.req.destroy());
  answer.writeHead(refusal.http, headersOf(body));
  answer.end(body);
}

/** Nothing of the request is known, so it is the approval API's envelope. */
function rawAnswer(code: string | undefined): string {
  const refusal = brokenRequest(code);
  const body = JSON.stringify(refusal.toBody());
  const headers = Object.entries({ ...headersOf(body), 'x-request-id': randomUUID() });
  return [
    `HTTP/1.1 ${refusal.http} ${STATUS_CODES[refusal.http]}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    '',
    body,
  ].join('\r\n');
}

const headersOf = (body: string) => ({
  connection: 'close',
  'content-type': 'application/json; charset=utf-8',
  'content-length': Buffer.byteLength(body),
});

function brokenRequest(code: string | undefined): ApiError {
  const refused = (http: 408 | 431, message: string) => new ApiError('INVALID_ARGUMENT', message, { http });
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return refused(431, `The headers may have at most ${HEADER_BYTES_MAX} bytes together.`);
    case TOO_LATE:
      return refused(
        408,
        `The headers of a request must arrive within ${HEADERS_MS_MAX / 1000} seconds, and all of it within ${REQUEST_MS_MAX / 1000}.`,
      );
    case CONNECT:
      return new ApiError('INVALID_ARGUMENT', 'CONNECT is for proxies, and this is none.');
    default:
      return new ApiError('INVALID_ARGUMENT', 'This is no HTTP request.');
  }
}

/**
 * From its call on every answer closes its connection, also those that are under way: whoever keeps one would go on asking on
 * it until it is cut off in the middle of a request, and while nobody asks on it the server would wait for it.
 */
function closingAnswers(server: Server): () => void {
  const underWay = new Set<ServerResponse>();
  let isClosing = false;
  const closeAfter = (response: ServerResponse): void => {
    if (!response.headersSent) response.setHeader('connection', 'close');
  };
  for (const event of REQUEST_EVENTS) {
    server.prependListener(event, (_request, response: ServerResponse) => {
      if (isClosing) closeAfter(response);
      underWay.add(response);
      response.once('close', () => underWay.delete(response));
    });
  }
  return () => {
    isClosing = true;
    for (const response of underWay) closeAfter(response);
  };
}

function close(server: Server, closingAnswers: () => void): Promise<void> {
  closingAnswers();
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MS_MAX);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
