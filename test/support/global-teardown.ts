// Ends what global-setup.ts started.
import { rmSync } from 'node:fs';
import { started } from './global-setup';

export default async function globalTeardown(): Promise<void> {
  await started.temporal?.stop();
  if (started.folder) rmSync(started.folder, { recursive: true, force: true });
}
