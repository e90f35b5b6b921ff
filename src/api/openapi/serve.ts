// GET /openapi.json, and /docs: the same for people. Both are made once (contract 1 section 4).
import { type Response, Router } from 'express';
import type { Endpoint } from '../endpoint';
import { openApiDocument } from './document';
import { referencePage } from './reference-page';
import { STYLE } from './style';

export function reference(endpoints: readonly Endpoint[], version: string): Router {
  const document = openApiDocument(endpoints, version);
  const pages = {
    '/openapi.json': ['json', JSON.stringify(document, null, 1)],
    '/docs': ['html', referencePage(document)],
    '/docs/style.css': ['css', STYLE],
  } as const;
  const router = Router({ strict: true });
  for (const [path, [type, text]] of Object.entries(pages)) {
    router.get(path, (_request, response: Response) => {
      response.type(type).send(text);
    });
  }
  return router;
}
