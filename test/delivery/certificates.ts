// Self-signed certificates for receivers of tests, made on the spot by the openssl of the machine.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

const CA = `[ca]
default_ca = self
[self]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
`;

/** For one host name; `expired`: it was valid for one day of 2020. */
export function certificateFor(host: string, { expired = false } = {}): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-tls-'));
  const run = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  try {
    writeFileSync(join(folder, 'ca.cnf'), CA);
    writeFileSync(join(folder, 'index.txt'), '');
    writeFileSync(join(folder, 'serial'), '01');
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
    run('req', '-new', ...curve, '-keyout', 'key.pem', '-out', 'request.pem', ...subject);
    const dates = expired
      ? ['-startdate', '20200101000000Z', '-enddate', '20200102000000Z']
      : ['-startdate', '20200101000000Z', '-enddate', '20491231000000Z'];
    const files = ['-keyfile', 'key.pem', '-in', 'request.pem', '-out', 'cert.pem', '-notext'];
    run('ca', '-selfsign', '-batch', '-config', 'ca.cnf', ...files, ...dates);
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => readFileSync(join(folder, name), 'utf8'));
    return { key: key!, cert: cert! };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
