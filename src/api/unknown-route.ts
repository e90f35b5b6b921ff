// Says that a path, or a method of it, does not exist.
import type { Request } from 'express';

const PATH_LENGTH_MAX = 200;

/** What was asked for, as it is told: without the query, which may hold an API key. */
export const nothingAt = ({ method, originalUrl }: Pick<Request, 'method' | 'originalUrl'>): string =>
  `There is no ${method} ${originalUrl.replace(/\?.*$/, '').slice(0, PATH_LENGTH_MAX)}`;
