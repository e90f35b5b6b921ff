// What a refused caller still sends is read and dropped, so that the answer reaches it; within bounds, then it is cut off.
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';

const LEFTOVER_BYTES_MAX = 16 * 1024 * 1024;
const LEFTOVER_MS_MAX = 5_000;
const LOOK_MS = 100;

export const dropLeftoverBody: RequestHandler = (request, response, next) => {
  response.once('finish', () => {
    if (!request.complete) drop(request);
  });
  next();
};

function drop(request: IncomingMessage): void {
  const { socket } = request;
  const bytesAllowed = socket.bytesRead + LEFTOVER_BYTES_MAX;
  let looksLeft = LEFTOVER_MS_MAX / LOOK_MS;
  const timer = setInterval(() => {
    if (request.complete || socket.destroyed) clearInterval(timer);
    else if (socket.bytesRead > bytesAllowed || looksLeft-- <= 0) socket.destroy();
  }, LOOK_MS);
  request.resume();
}
