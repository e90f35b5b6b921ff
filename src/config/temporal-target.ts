// Which Temporal to use: what @temporalio/envconfig reads from TEMPORAL_*, or the embedded server.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { loadClientConfigProfile, loadClientConnectConfig } from '@temporalio/envconfig';
import { ConfigError } from './config-error';
import { quotedValue, unreadableFile } from './shown-value';

export interface TemporalTarget {
  /** False when TEMPORAL_ADDRESS names a server. */
  readonly isEmbedded: boolean;
  readonly namespace: string;
  /** As the clients and workers of the SDK take them; may hold an API key. */
  readonly connection: ReturnType<typeof loadClientConnectConfig>['connectionOptions'] & { readonly address: string };
}

/**
 * Without TEMPORAL_ADDRESS it is the embedded server on `embeddedPort`, whoever starts that. Throws a ConfigError for what is
 * wrong, and for what would be left out (decision 0119).
 */
export function temporalTarget(
  env: Readonly<Record<string, string | undefined>>,
  embeddedPort: number,
): TemporalTarget {
  const address = `127.0.0.1:${embeddedPort}`;
  const namespace = env.TEMPORAL_NAMESPACE || 'default';
  if (!env.TEMPORAL_ADDRESS) {
    assertNothingLeftOut(env, address);
    return { isEmbedded: true, namespace, connection: { address } };
  }
  const [, , port] = /^(\[[0-9a-fA-F:.]+\]|[^\s/:]+):(\d{1,5})$/.exec(env.TEMPORAL_ADDRESS) ?? [];
  if (port === undefined || Number(port) < 1 || Number(port) > 65_535) {
    throw new ConfigError(
      `TEMPORAL_ADDRESS must be host:port, such as 127.0.0.1:7233, and it is ${quotedValue(env.TEMPORAL_ADDRESS)}.`,
    );
  }
  const set = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  );
  for (const name of SWITCHES) assertSwitch(name, env[name]);
  for (const name of FILES) assertReadable(name, env[name]);
  try {
    const source = { overrideEnvVars: Object.fromEntries(set) };
    const { connectionOptions, namespace: named } = loadClientConnectConfig(source);
    const { apiKey, tls } = loadClientConfigProfile(source);
    assertSendable(apiKey);
    const { disabled, clientCert, clientKey } = tls ?? {};
    if (disabled !== true && (clientCert === undefined) !== (clientKey === undefined)) {
      // envconfig leaves out a half, and Temporal would refuse the connection again and again.
      throw new Error(
        'TEMPORAL_TLS_CLIENT_CERT_* and TEMPORAL_TLS_CLIENT_KEY_* come together, and one of them is missing',
      );
    }
    assertUsable(connectionOptions.tls);
    const connection = { ...connectionOptions, address: env.TEMPORAL_ADDRESS };
    return { isEmbedded: false, namespace: named ?? namespace, connection };
  } catch (error) {
    throw new ConfigError(`TEMPORAL_*: ${withoutLines(error as Error)}.`);
  }
}

/** Says how to reach a Temporal that somebody else runs, and means nothing to the embedded one. */
export const isOfNamedServer = (variable: string): boolean =>
  /^TEMPORAL_(?:ADDRESS|API_KEY|TLS(?:_.+)?|GRPC_META_.+|PROFILE|CONFIG_FILE)$/.test(variable);

/** Who sets a key of their cluster believes that it is used: approvals would go to a database of this machine, without a word. */
function assertNothingLeftOut(env: Readonly<Record<string, string | undefined>>, address: string): void {
  const isOff = (name: string): boolean =>
    SWITCHES.some((it) => it === name) && ['false', '0'].includes(env[name] ?? '');
  const [one, ...more] = Object.keys(env).filter((name) => env[name] && isOfNamedServer(name) && !isOff(name));
  if (one === undefined) return;
  const [are, them] = more.length === 0 ? ['is', 'it'] : ['are', 'them'];
  const names = [one, ...more].join(', ');
  throw new ConfigError(
    `${names} ${are} set, and TEMPORAL_ADDRESS is not: the Temporal of this machine (${address}) would be used without ${them}. ` +
      `Set TEMPORAL_ADDRESS to the host:port of the Temporal that ${them === 'it' ? 'it is' : 'they are'} for, or unset ${them}.`,
  );
}

/** The reader of TEMPORAL_CONFIG_FILE shows the lines around what is wrong, and an API key may stand there. */
function withoutLines(error: Error): string {
  const [first = ''] = error.message.split('\n');
  return 'line' in error ? `${first} (line ${error.line})` : first;
}

/** The SDK reads PEM only. */
function assertPem(certificate: Buffer): void {
  if (!certificate.includes('-----BEGIN CERTIFICATE-----')) throw new Error('the CA is not PEM');
  new X509Certificate(certificate);
}

/** The SDK leaves out what no header can hold, without a word: Temporal would refuse every call, and nobody could tell why. */
function assertSendable(apiKey: string | undefined): void {
  if (apiKey === undefined || /^[\x21-\x7e]+$/.test(apiKey)) return;
  throw new Error(
    'TEMPORAL_API_KEY must be printable ASCII without blanks and line ends, also at its end where files of secrets often have one',
  );
}

const SWITCHES = ['TEMPORAL_TLS', 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION'] as const;

/** envconfig takes every other value for false: with TEMPORAL_TLS=yes an API key would go to Temporal in the clear. */
function assertSwitch(name: string, value: string | undefined): void {
  if (!value || ['true', 'false', '1', '0'].includes(value)) return;
  throw new ConfigError(`${name} must be true or false, and it is ${quotedValue(value)}.`);
}

const FILES = [
  'TEMPORAL_TLS_CLIENT_CERT_PATH',
  'TEMPORAL_TLS_CLIENT_KEY_PATH',
  'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
] as const;

/** envconfig says which file, and not which variable. */
function assertReadable(name: string, path: string | undefined): void {
  if (!path) return;
  try {
    readFileSync(path);
  } catch (error) {
    throw new ConfigError(unreadableFile(name, path, error as NodeJS.ErrnoException));
  }
}

/** What is no certificate, or no key, would be tried again for ever as if Temporal were away. */
function assertUsable(tls: TemporalTarget['connection']['tls']): void {
  if (typeof tls !== 'object' || tls === null) return;
  const { clientCertPair, serverRootCACertificate } = tls;
  try {
    if (clientCertPair) {
      createSecureContext({ cert: Buffer.from(clientCertPair.crt), key: Buffer.from(clientCertPair.key) });
    }
    // As the `ca` of a context it may be anything: what is no certificate is passed over there.
    if (serverRootCACertificate) assertPem(Buffer.from(serverRootCACertificate));
  } catch (error) {
    throw new Error(`what TEMPORAL_TLS_* hold is no certificate, or no key of it (${(error as Error).message})`);
  }
}
