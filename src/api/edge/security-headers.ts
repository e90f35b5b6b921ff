// The usual security headers. Nothing that this server answers may run scripts, be framed, or load from elsewhere.
import type { RequestHandler } from 'express';
import helmet from 'helmet';

export const SECURITY_HEADERS = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      // The reference page's own style sheet.
      styleSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
});

/**
 * Nothing is kept by a cache on the way: the same URL answers other workspaces otherwise, by headers that caches do not look at,
 * and the next moment too.
 */
export const NO_STORE: RequestHandler = (_request, response, next) => {
  response.setHeader('cache-control', 'no-store');
  next();
};
