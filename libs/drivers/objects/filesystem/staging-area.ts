import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { failedWith } from './file-calls.js';

/** The age, since its last change, at which a file of another machine is removed. */
const STALE_AFTER_MS = 24 * 3_600_000;

const HOST = createHash('md5').update(hostname()).digest('hex').slice(0, 8);
/** Distinguishes this process from an earlier process with the same process id. */
const START = randomBytes(4).toString('hex');
let made = 0;

/**
 * The folder in which files and directories are prepared before a rename makes them visible. It is on the same file
 * system as the buckets. A name tells its maker (host, process, start, number), so that the leftovers of a killed
 * process can be told from files that another process is still writing.
 */
export class StagingArea {
  private constructor(private readonly directory: string) {}

  /** Creates the area if it is missing, and removes the leftovers of processes that are gone. */
  static async open(directory: string): Promise<StagingArea> {
    await mkdir(directory, { recursive: true });
    for (const name of await readdir(directory)) {
      const path = join(directory, name);
      if (await isStale(path, name)) await rm(path, { recursive: true, force: true });
    }
    return new StagingArea(directory);
  }

  newPath(): string {
    return join(this.directory, `${HOST}-${process.pid}-${START}-${made++}`);
  }
}

async function isStale(path: string, name: string): Promise<boolean> {
  const [host, pid, start] = name.split('-');
  // A process id means something on its own host only. For other hosts the age decides.
  if (host === HOST && start !== START && !isRunning(Number(pid))) return true;
  try {
    return Date.now() - (await stat(path)).mtimeMs > STALE_AFTER_MS;
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return false;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !failedWith(error, 'ESRCH');
  }
}
