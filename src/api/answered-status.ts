// The HTTP status with which a request ended, for its log line and for the metrics.
import type { Response } from 'express';

/** No status of HTTP: nginx made it known. */
const CALLER_WENT_AWAY = 499;

/** What the caller was answered; 499 when the connection ended before an answer began, whatever would have been said. */
export const answeredStatus = ({ headersSent, statusCode }: Response): number =>
  headersSent ? statusCode : CALLER_WENT_AWAY;
