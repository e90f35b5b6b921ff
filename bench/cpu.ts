// CPU time of processes and of the machine, from /proc: the figure least hurt by noise.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second. */
const MS_PER_TICK = 10;

/** Milliseconds of CPU that a process has used so far. */
export function cpuMsOf(pid: number): number {
  const { own } = ticksOf(pid);
  return own * MS_PER_TICK;
}

/** The same of a process and its children, those included that have ended. */
export function cpuMsOfFamily(pid: number): number {
  const listed = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  const children = listed.split('\n').map(Number).filter(Boolean);
  const parent = ticksOf(pid);
  return children.reduce(
    (sum, child) => sum + cpuMsIfThere(child),
    (parent.own + parent.ofEndedChildren) * MS_PER_TICK,
  );
}

/** One that has ended since it was listed is its parent's from now on. */
function cpuMsIfThere(pid: number): number {
  try {
    return cpuMsOf(pid);
  } catch {
    return 0;
  }
}

function ticksOf(pid: number): { readonly own: number; readonly ofEndedChildren: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user = 0, system = 0, userOfEnded = 0, systemOfEnded = 0] = fields.slice(11, 15).map(Number);
  return { own: user + system, ofEndedChildren: userOfEnded + systemOfEnded };
}

/** Milliseconds of CPU that the whole machine has spent on anything but idling. */
export function cpuMsOfMachine(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
  const [user, nice, system, , , irq, softirq] = line.trim().split(/\s+/).slice(1).map(Number) as number[];
  return ((user ?? 0) + (nice ?? 0) + (system ?? 0) + (irq ?? 0) + (softirq ?? 0)) * MS_PER_TICK;
}
