// A Temporal dev server for a run under disturbances: on ports of its own, with its database in a folder of the run.
import { Connection } from '@temporalio/client';
import { type EmbeddedTemporal, startEmbeddedTemporal } from '../src/dev/embedded-temporal';
import { findTemporalCli } from '../src/dev/temporal-cli';
import { freePort } from '../src/temporal/free-port';
import { ensureSearchAttributes } from '../src/temporal/search-attributes';

export interface DevServer {
  readonly address: string;
  /** A stopped one is replaced by another. */
  running(): EmbeddedTemporal;
  stop(): Promise<void>;
  start(): Promise<void>;
}

interface Setting {
  readonly dataDir: string;
  /** Settings beside its defaults, as `key=value`. */
  readonly dynamicConfig?: readonly string[];
  readonly say: (line: string) => void;
}

export async function devServer({ dataDir, dynamicConfig = [], say }: Setting): Promise<DevServer> {
  const cliPath = await findTemporalCli({ configuredPath: process.env.TEMPORAL_CLI_PATH ?? null, say });
  const ports = { port: await freePort(), uiPort: await freePort() };
  const launched = () =>
    startEmbeddedTemporal({ cliPath, dataDir, dynamicConfig, namespace: 'default', say: () => undefined, ...ports });
  let temporal: EmbeddedTemporal = await launched();
  const stop = () => temporal.stop();
  try {
    const connection = await Connection.connect({ address: temporal.address });
    await ensureSearchAttributes(connection, 'default');
    await connection.close();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    address: temporal.address,
    running: () => temporal,
    stop,
    start: async () => {
      temporal = await launched();
    },
  };
}
