// What a lint rule is: a code, and a function from a definition to findings. The file, its document and its tests share the code.
import type { Finding } from '../finding';
import type { Subject } from './subject';

export interface Rule {
  /** Contract 2 section 4; the document is docs/lint/<code>.md. */
  readonly code: string;
  check(subject: Subject): Iterable<Omit<Finding, 'code'>>;
}
