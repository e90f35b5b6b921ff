// What docker-compose.yml says of Temporal and PostgreSQL, told for processes of this machine: other hosts, ports and
// folders, everything else word for word, so that what is tried here is what the file describes.
import { parse } from 'yaml';

/** Where the parts run instead of in containers. */
export interface Place {
  readonly postgresPort: number;
  readonly password: string;
  readonly temporalPort: number;
  /** One for each of INNER_PORTS. */
  readonly innerPorts: readonly number[];
  readonly schemaDir: string;
  readonly dynamicConfigFile: string;
}

export interface Local {
  readonly postgres: { readonly user: string };
  /** Creates or upgrades the databases. */
  readonly schema: Script;
  readonly temporal: { readonly env: Env };
  /** Creates the namespace. */
  readonly namespace: Script;
  /** What stands in the server's file of dynamic configuration. */
  readonly dynamicConfig: string;
}

export interface Script {
  readonly shell: readonly string[];
  readonly text: string;
  readonly env: Env;
}

type Env = Readonly<Record<string, string>>;

interface Service {
  readonly image?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly configs?: Readonly<Record<string, { readonly content?: string }>>;
}

const HOST = '127.0.0.1';
/** Which the server listens on beside its own; in a container nobody else wants them. */
export const INNER_PORTS = [
  'FRONTEND_HTTP_PORT',
  'FRONTEND_MEMBERSHIP_PORT',
  'MATCHING_GRPC_PORT',
  'MATCHING_MEMBERSHIP_PORT',
  'HISTORY_GRPC_PORT',
  'HISTORY_MEMBERSHIP_PORT',
  'WORKER_GRPC_PORT',
  'WORKER_MEMBERSHIP_PORT',
] as const;

/** The version of the Temporal server that the file wants, and with it that of its schema. */
export function serverVersionOf(text: string): string {
  const { services } = read(text);
  const versions = ['temporal', 'schema'].map((name) => /:(\d+\.\d+\.\d+)$/.exec(services[name]?.image ?? '')?.[1]);
  const [server, tools] = versions;
  if (server === undefined || server !== tools)
    throw mismatch(`one version of temporalio/server and temporalio/admin-tools (it has ${server} and ${tools})`);
  return server;
}

export function localOf(text: string, place: Place): Local {
  const compose = read(text);
  const service = (name: string): Service => {
    const found = compose.services[name];
    if (!found) throw mismatch(`a service "${name}"`);
    return found;
  };
  const value = (it: string) => movedTo(place, it);
  const env = ({ environment = {} }: Service): Env =>
    Object.fromEntries(Object.entries(environment).map(([name, it]) => [name, value(it)]));
  const script = (it: Service): Script => ({
    shell: it.entrypoint ?? [],
    text: value(it.command?.[0] ?? ''),
    env: env(it),
  });
  const own = env(service('temporal'));
  const dynamicConfig = compose.configs?.['temporal-dynamic-config']?.content;
  if (dynamicConfig === undefined) throw mismatch('a config "temporal-dynamic-config" with content');
  return assertMoved({
    postgres: { user: env(service('postgresql')).POSTGRES_USER ?? '' },
    schema: script(service('schema')),
    temporal: {
      env: {
        ...own,
        DB_PORT: String(place.postgresPort),
        BIND_ON_IP: HOST,
        FRONTEND_GRPC_PORT: String(place.temporalPort),
        ...Object.fromEntries(INNER_PORTS.map((name, index) => [name, String(place.innerPorts[index])])),
        DYNAMIC_CONFIG_FILE_PATH: place.dynamicConfigFile,
      },
    },
    namespace: script(service('namespace')),
    dynamicConfig,
  });
}

/** The same text with `key=value` settings instead of, or beside, what it has. */
export function withSettings(dynamicConfig: string, settings: readonly string[]): string {
  const own = (parse(dynamicConfig) ?? {}) as Record<string, unknown>;
  const added = settings.map((setting) => {
    const [, key, value] = /^([\w.]+)=(.+)$/.exec(setting) ?? [];
    if (!key || !value) throw new Error(`--dynamic-config is <key>=<value>, and not "${setting}".`);
    return [key, [{ value: parse(value) }]] as const;
  });
  return JSON.stringify({ ...own, ...Object.fromEntries(added) }, null, 2);
}

function movedTo({ postgresPort, password, temporalPort, schemaDir }: Place, text: string): string {
  const filledIn = String(text).replace(/\$\{POSTGRES_PASSWORD:[^}]*\}/g, password);
  // `$$` is how the file writes a dollar of the shell's.
  if (/(?<!\$)\$\{/.test(filledIn)) throw mismatch(`POSTGRES_PASSWORD as its only variable here (found ${filledIn})`);
  return filledIn
    .replaceAll('--ep postgresql -p 5432', `--ep ${HOST} -p ${postgresPort}`)
    .replace(/^postgresql$/, HOST)
    .replace(/^temporal:7233$/, `${HOST}:${temporalPort}`)
    .replaceAll('/etc/temporal/schema', schemaDir)
    .replaceAll('$$', '$');
}

/** What still names a container would fail later, and less clearly. */
function assertMoved(local: Local): Local {
  const left = /postgresql(?!\/v12)|temporal:7233|\/etc\/temporal/.exec(
    JSON.stringify([local.schema, local.temporal, local.namespace]),
  );
  if (left) throw mismatch(`only hosts, ports and folders where they were (found "${left[0]}")`);
  return local;
}

const read = (text: string): Compose => parse(text, { merge: true }) as Compose;

const mismatch = (wanted: string): Error =>
  new Error(`docker-compose.yml no longer has ${wanted}: bench/topology/compose.ts must learn what it says now.`);
