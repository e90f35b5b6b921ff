// The processes of a storm: Temporal that suggests new runs early, an API, the receiver, and workers that come and go.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertNever } from '../../src/definition/json';
import { freePort } from '../../src/temporal/free-port';
import { type DevServer, devServer } from '../dev-server';
import { randomOf } from '../random';
import { ROOT, supervisor } from '../supervisor';
import { AGENTS, type StormAgent } from './agents';
import type { Ledger } from './ledger';
import type { Options } from './options';
import { ELSEWHERE } from './places';
import { startReceiver } from './receiver';
import { startTroop, type Troop } from './troop';

export interface Stage {
  readonly apiUrl: string;
  readonly temporalAddress: string;
  /** The receiver's. */
  readonly host: string;
  readonly troop: Troop;
  /** Ends everything that was started, by its process id. */
  close(): Promise<void>;
}

const AGENT_SECRET = 'a-secret-of-the-agents-of-the-storm';

export async function setTheStage(
  { seed, renewAfter }: Options,
  kept: string,
  ledger: Ledger,
  say: (line: string) => void,
): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-storm-'));
  const own = supervisor(ledger, kept);
  const receiver = await startReceiver((entry) => ledger.add(entry));
  let temporal: DevServer | null = null;
  const removeFolder = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  const endAtExit = () => {
    own.killAll();
    removeFolder();
  };
  process.once('exit', endAtExit);
  const close = async () => {
    await own.close();
    await receiver.close();
    await temporal?.stop();
    removeFolder();
    process.off('exit', endAtExit);
  };
  try {
    const dynamicConfig = [`limit.historyCount.suggestContinueAsNew=${renewAfter}`];
    temporal = await devServer({ dataDir: folder, dynamicConfig, say });
    const agentsFile = join(folder, 'agents.json');
    writeFileSync(agentsFile, JSON.stringify({ agents: entriesFor(receiver.host) }));
    const port = await freePort();
    const apiUrl = `http://127.0.0.1:${port}`;
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      NODE_ENV: 'development',
      PORT: String(port),
      PUBLIC_URL: apiUrl,
      TEMPORAL_ADDRESS: temporal.address,
      TASK_QUEUE: 'storm',
      DATA_DIR: folder,
      AGENTS_FILE: agentsFile,
      SECRET_KEYS: `storm:${Buffer.alloc(32, 7).toString('base64')}`,
      OUTBOUND_ALLOW: receiver.host,
      RATE_LIMIT: 'off',
      LOG_LEVEL: 'warn',
    };
    const isReady = () =>
      fetch(`${apiUrl}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      );
    own.supervise('api', 'api', env, isReady);
    const troop = await startTroop({ supervisor: own, ledger, random: randomOf(seed, 'troop'), env });
    while (!(await isReady())) await sleep(50);
    return { apiUrl, temporalAddress: temporal.address, host: receiver.host, troop, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const MODULE = join(ROOT, 'dist-bench/bench/storm/agent.js');

const entriesFor = (host: string): object =>
  Object.fromEntries(AGENTS.map((agent) => [agent.agentId, entryOf(agent, host)]));

function entryOf({ agentId, way }: StormAgent, host: string): object {
  switch (way) {
    case 'quick':
    case 'module':
      return { kind: 'module', path: MODULE, quick: way === 'quick' };
    case 'http':
      return { kind: 'http', url: `http://${host}/agent/${agentId}`, secret: AGENT_SECRET, timeoutMs: 2_000 };
    case 'elsewhere':
      return { kind: 'taskQueue', ...ELSEWHERE };
    default:
      return assertNever(way);
  }
}
