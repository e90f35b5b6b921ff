// Where things of a storm are: the bundle that workers run, another's task queue, what is kept, who the receiver is.
import { join } from 'node:path';
import { ROOT } from '../supervisor';

export const BUNDLE = join(ROOT, 'dist', 'workflow-bundle.js');
export const ELSEWHERE = { taskQueue: 'storm-elsewhere', activity: 'work' } as const;
export const SECRET = 'storm-secret-of-the-receiver';

/** What a run of this seed keeps: the logs of its processes, its journal, and the histories of what did not hold. */
export const keptOf = (seed: number): string => join(ROOT, '.cache', 'storm', String(seed));
