// Builds the workflow bundle ahead of time, so that a worker starts in no time and every worker runs the same code.
import { writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

/** Beside the compiled worker; `npm run build` writes it. */
export const BUNDLE_PATH = join(__dirname, '..', 'workflow-bundle.js');

/** Bundles the workflows that `workflowsPath` exports into one file at `bundlePath`. */
export async function bundleWorkflows(workflowsPath: string, bundlePath: string): Promise<void> {
  const beside = (name: string) => join(dirname(workflowsPath), `${name}${extname(workflowsPath)}`);
  const { code } = await bundleWorkflowCode({
    workflowsPath,
    workflowInterceptorModules: [beside('news-in-turn')],
    payloadConverterPath: beside('payload-converter'),
    // A run lives in the closure of its workflow, and what modules keep beside it is kept for each run by itself
    // (engine/step-positions.ts, news-in-turn.ts), so they are evaluated once for a worker thread and not, as by default, for
    // each execution.
    preloadModules: [workflowsPath],
    logger: new DefaultLogger('WARN'),
  });
  await writeFile(bundlePath, code);
}

if (require.main === module) {
  bundleWorkflows(join(__dirname, '..', 'workflows', 'index.js'), BUNDLE_PATH).catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
