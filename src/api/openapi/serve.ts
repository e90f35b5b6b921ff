// GET /openapi.json, and /docs: the same for people. Both are made once (contract 1 section 4).
import { type Response, Router } from 'express';
import { type Described, openApiDocument } from './document';
import { referencePage } from './reference-page';
import { STYLE } from './style';

export function reference(described: Described): Router {
  const document = openApiDocument(described);
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
