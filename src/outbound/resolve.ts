// All addresses of a name, without the threads that Node's own look-up blocks: a name server that hangs for one
// receiver's name would keep everyone else's look-ups, and the file system, waiting.
import { Resolver } from 'node:dns/promises';

const TRY_MS_MAX = 2_500;
const TRIES = 2;

/** Rejects with the resolver's error when neither family has an answer. The hosts file is not asked. */
export async function resolveName(hostname: string): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: TRY_MS_MAX, tries: TRIES });
  const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
  const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  const [failed] = answers.filter((answer) => answer.status === 'rejected');
  if (addresses.length === 0 && failed) throw dnsError(failed.reason);
  return addresses;
}

/** Tells "no name server answers" (which reads ECONNREFUSED or ETIMEOUT) from what a receiver does. */
function dnsError(cause: unknown): Error {
  const code = (cause as { code?: string }).code ?? '';
  const isKnown = code === 'ENOTFOUND' || code === 'ENODATA';
  return Object.assign(new Error('the look-up failed', { cause }), { code: isKnown ? code : 'EAI_AGAIN' });
}
