// GET /openapi.json, and /docs: the same for people. Each is made once (contract 1 section 4).
import { type Response, Router } from 'express';
import { once } from '../once';
import { type Described, openApiDocument } from './document';
import { referencePage } from './reference-page';
import { STYLE } from './style';

/** Made when they are first asked for: a process that starts anew serves decisions sooner than its reference. */
export function reference(described: Described): Router {
  const document = once(() => openApiDocument(described));
  const pages = {
    '/openapi.json': ['json', once(() => JSON.stringify(document(), null, 1))],
    '/docs': ['html', once(() => referencePage(document()))],
    '/docs/style.css': ['css', () => STYLE],
  } as const;
  const router = Router({ strict: true });
  for (const [path, [type, text]] of Object.entries(pages)) {
    router.get(path, (_request, response: Response) => {
      response.type(type).send(text());
    });
  }
  return router;
}
