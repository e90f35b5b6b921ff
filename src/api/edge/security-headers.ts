// The usual security headers. Nothing that this server answers may run scripts, be framed, or load from elsewhere.
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
