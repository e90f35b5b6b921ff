// A process that abuses a server: `abuser.js <attack> <url>`. Prints what it did as one line of JSON.
import { ATTACKS, type AttackName } from './attacks';

const [, , name, url = ''] = process.argv;

void ATTACKS[name as AttackName].run(url).then((deeds) => process.stdout.write(JSON.stringify(deeds)));
