// `npm run topology`: Temporal on PostgreSQL as in production, without Docker, until Ctrl-C or for the length of a command.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { orExit } from '../flags';
import { type Options, readOptions } from './options';
import { startTopology, type Topology } from './topology';

const say = (line: string) => void process.stdout.write(`${line}\n`);
/** What a program ends with that Ctrl-C ended. */
const INTERRUPTED = 130;

/** While it starts a signal ends this process, and with it all that it has started. */
let onSignal = (_signal: NodeJS.Signals): void => process.exit(INTERRUPTED);

async function main({ command, ...options }: Options): Promise<number> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => onSignal(signal));
  const startedAt = Date.now();
  const topology = await startTopology({ say, ...options });
  try {
    say(
      `Temporal on PostgreSQL serves at ${topology.address}, after ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`,
    );
    return command.length > 0 ? await ranAgainst(topology, command) : await leftRunning(topology);
  } finally {
    say('Stopping the Temporal server and PostgreSQL ...');
    await topology.stop();
  }
}

async function ranAgainst({ address, postgresUrl, dataDir }: Topology, command: readonly string[]): Promise<number> {
  const [file = '', ...args] = command;
  const env = {
    ...process.env,
    TEMPORAL_ADDRESS: address,
    // The same for the tests, which take no server that was not meant for them.
    COUNTERSIGN_TEST_TEMPORAL: address,
    COUNTERSIGN_E2E_TEMPORAL: address,
    TOPOLOGY_POSTGRES_URL: postgresUrl,
    TOPOLOGY_DATA_DIR: dataDir,
  };
  const child = spawn(file, args, { env, stdio: 'inherit' });
  // Ctrl-C reaches it by the terminal; a signal to this process alone is passed on.
  onSignal = (signal) => void child.kill(signal);
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? INTERRUPTED;
}

async function leftRunning({ address, postgresUrl, dataDir, temporal, postgres }: Topology): Promise<number> {
  const processes = `TEMPORAL_ADDRESS=${address} npm run`;
  say(`
  Temporal     ${address}, namespace default   (process ${temporal.pid()})
  PostgreSQL   ${postgresUrl}   (process ${postgres.pid()})
  data, logs   ${dataDir}

In other terminals:
  ${processes} start:worker
  ${processes} start:api

Ctrl-C stops both.`);
  await new Promise<void>((resolve) => {
    onSignal = () => resolve();
  });
  return 0;
}

Promise.resolve()
  .then(() => main(orExit(() => readOptions(process.argv.slice(2)))))
  .then(
    (code) => process.exit(code),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    },
  );
