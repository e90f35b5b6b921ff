// The dot paths of `when`: which roots there are, and how a path is written.

const STEP_FIELDS: readonly string[] = ['stepId', 'nodeId', 'status', 'startedAt', 'completedAt', 'iteration'];

/**
 * A path as nearly all are written, and so the whole of it is read at once: what the roots that take any path begin, with
 * names and numbers of items only. No call and no bracket follows, and `pathError` has nothing against it.
 */
export const PLAIN_PATH =
  /(?:output|execution\.input)(?:\.(?:(?!\d)[\w$\u0080-\uffff]+|\d+))*(?![\w$\u0080-\uffff]|\s*[.([])/y;

/** What is wrong with a path, or null (contract 2 section 3, Roots). */
export function pathError(path: readonly string[]): string | null {
  const [root, field] = path;
  if (path.includes('')) return `"${path.join('.')}" is no path: it has an empty part`;
  if (root === 'output') return null;
  if (root === 'step') {
    if (path.length === 2 && STEP_FIELDS.includes(field ?? '')) return null;
    return `unknown path "${path.join('.')}": step has ${STEP_FIELDS.join(', ')}`;
  }
  if (root === 'execution') {
    if (field === 'input') return null;
    return `unknown path "${path.join('.')}": execution has input only, as in execution.input.amount`;
  }
  return `unknown root "${root}": a path begins with output, step or execution.input`;
}

/** The segments of a path as text: `output.items[0].name` and `output.items.0.name` are the same. */
export function segmentsOf(text: string): readonly string[] {
  return text.replace(/\[(\d+)\]/g, '.$1').split('.');
}
