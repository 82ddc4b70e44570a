import { readFileSync } from 'node:fs';

/** The kernel counts processor time in this many ticks a second, on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** What a process uses, as Linux tells it. */
export interface ProcessFigures {
  readonly rssMb: number;
  readonly peakRssMb: number;
  /** User and system time since its start. */
  readonly cpuSeconds: number;
}

export function readProcessFigures(pid: number): ProcessFigures {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in brackets, may hold anything; the numbers come after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    rssMb: megabytes(status, 'VmRSS'),
    peakRssMb: megabytes(status, 'VmHWM'),
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
  };
}

function megabytes(status: string, name: string): number {
  return Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
}
