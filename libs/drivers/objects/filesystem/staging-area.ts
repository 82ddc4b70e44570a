import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { failedWith } from './file-calls.js';

/** What another machine left behind is removed when it has not changed for this long. */
const STALE_AFTER_MS = 24 * 3_600_000;

const HOST = createHash('md5').update(hostname()).digest('hex').slice(0, 8);
/** Tells this process from an earlier one that had the same process id. */
const START = randomBytes(4).toString('hex');
let made = 0;

/**
 * Where files and directories are made ready before a rename shows them: on the same file system as the buckets. A
 * name tells who made it (host, process, start, number), so that what a killed process left can be told from what
 * another process is still writing.
 */
export class StagingArea {
  private constructor(private readonly directory: string) {}

  /** Creates the area if need be, and removes what is left of processes that are gone. */
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
  // A process id means something on its own host only: beyond that, age has to tell.
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
