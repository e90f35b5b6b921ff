// The processes of the chaos run: Temporal, two APIs, two workers, the receiver. Whatever ends is started again at once.
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/temporal/free-port';
import { type Fault, type Journal, readEntries } from '../journal';
import { ROOT, supervisor } from '../supervisor';
import type { Target, Worker } from '../target';
import { AGENTS } from './definitions';
import type { Options } from './options';
import { type SmallDisk, smallDisk } from './small-disk';
import { startTemporalSide, type TemporalSide } from './temporal';

export interface Stage {
  readonly apiUrls: readonly [string, string];
  readonly receiverUrl: string;
  readonly temporalAddress: string;
  readonly targets: readonly Target[];
  readonly workers: readonly Worker[];
  /** Of Temporal's database; null unless it is to be filled. */
  readonly disk: SmallDisk | null;
  stopTemporal(): Promise<void>;
  startTemporal(): Promise<void>;
  /** What receiver and agents wrote so far, and what workers must not have said. */
  written(): { readonly deliveries: string; readonly agents: string; readonly faults: readonly Fault[] };
  /** Ends everything that was started, by its process id. */
  close(): Promise<void>;
}

/** Where the journal and the logs of the processes stay. */
export const KEPT = join(ROOT, '.cache', 'chaos');

const FAULTS = /non-?determin|TMPRL1100/i;

export async function setTheStage(
  journal: Journal,
  { temporal: kind, scenario }: Pick<Options, 'temporal' | 'scenario'>,
  say: (line: string) => void,
): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-chaos-'));
  const disk = scenario === 'disk-full' ? smallDisk(join(folder, 'disk')) : null;
  const own = supervisor(journal, KEPT);

  let temporal: TemporalSide | null = null;
  const endAtExit = () => {
    own.killAll();
    disk?.remove();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', endAtExit);

  const close = async () => {
    await own.close();
    await temporal?.close();
    disk?.remove();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    process.off('exit', endAtExit);
  };

  try {
    temporal = await startTemporalSide(kind, disk?.path ?? folder, say);

    const deliveries = join(folder, 'deliveries.jsonl');
    const agents = join(folder, 'agents.jsonl');
    writeFileSync(agents, '');
    const receiver = own.launch('receiver', 'dist-bench/bench/chaos/receiver.js', [deliveries]);
    if (receiver.stdout === null) throw new Error('the receiver has no output');
    const receiverPort = String((await once(receiver.stdout, 'data'))[0]).trim();

    const module = { kind: 'module', path: join(ROOT, 'dist-bench/bench/chaos/agent.js') };
    const agentsFile = join(folder, 'agents.json');
    const entries = { [AGENTS.steady]: { ...module, quick: true }, [AGENTS.unsteady]: module };
    writeFileSync(agentsFile, JSON.stringify({ agents: entries }));
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      NODE_ENV: 'development',
      TEMPORAL_ADDRESS: temporal.address,
      DATA_DIR: folder,
      AGENTS_FILE: agentsFile,
      SECRET_KEYS: `chaos:${Buffer.alloc(32, 7).toString('base64')}`,
      OUTBOUND_ALLOW: `127.0.0.1:${receiverPort}`,
      RATE_LIMIT: 'off',
      LOG_LEVEL: 'warn',
      CHAOS_AGENT_LOG: agents,
    };
    const apiPorts = [await freePort(), await freePort()] as const;
    // A worker says so at the level of info.
    const workers = [0, 1].map((index) =>
      own.supervise('worker', `worker-${index}`, { ...env, LOG_LEVEL: 'info' }, (log) =>
        log.includes('the worker polls'),
      ),
    );
    const targets: readonly Target[] = [
      ...apiPorts.map((port, index) =>
        own.supervise('api', `api-${index}`, { ...env, PORT: String(port) }, () => isHealthy(port)),
      ),
      ...workers,
      ...temporal.targets,
    ];
    return {
      apiUrls: [`http://127.0.0.1:${apiPorts[0]}`, `http://127.0.0.1:${apiPorts[1]}`],
      temporalAddress: temporal.address,
      receiverUrl: `http://127.0.0.1:${receiverPort}/hook`,
      targets,
      workers,
      disk,
      stopTemporal: temporal.stop,
      startTemporal: temporal.start,
      written: () => ({
        deliveries,
        agents,
        faults: ['worker-0', 'worker-1'].flatMap((name) =>
          readFileSync(own.logOf(name), 'utf8')
            .split('\n')
            .filter((line) => FAULTS.test(line))
            .map((line): Fault => ({ kind: 'fault', name, line })),
        ),
      }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const isHealthy = (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(500) }).then(
    ({ ok }) => ok,
    () => false,
  );

export const readWritten = ({ deliveries, agents, faults }: ReturnType<Stage['written']>) => [
  ...readEntries(deliveries),
  ...readEntries(agents),
  ...faults,
];
