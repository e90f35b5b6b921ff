// Why a server cannot listen, as a sentence that names the variable to change.
import { ConfigError } from './config-error';

export interface Listening {
  readonly host: string;
  readonly port: number;
  /** What the port was set with. */
  readonly variable: string;
}

/** Of what `listen` failed with; an error that says nothing of the configuration stays as it is. */
export function listenError(error: unknown, { host, port, variable }: Listening): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new ConfigError(`Port ${port} is used by another program; set ${variable} to a free port.`);
    case 'EACCES':
      return new ConfigError(`Port ${port} may not be used by this user; set ${variable} to one above 1023.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new ConfigError(`HOST must be an address of this machine, or a name of it, and it is "${host}".`);
    default:
      return error;
  }
}
