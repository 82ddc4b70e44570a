import { type FileHandle, open, stat, truncate, writeFile } from 'node:fs/promises';

/** The current part of a log is set aside when it exceeds this; one older part of at most this size is kept. */
const MAX_PART_BYTES = 5 * 1024 * 1024;
/** How much of a part is looked at for its last lines. */
const MAX_TAIL_BYTES = 1024 * 1024;

/**
 * What an instance writes to its output, about 10 MiB of it. The container has the file itself as its output: that
 * costs Ebb nothing, loses nothing of a crash, and a container survives that Ebb ends. Its size is therefore watched
 * from outside; it is opened for appending, so that it may be cut under the writer.
 */
export class InstanceLog {
  readonly #file: string;
  readonly #olderFile: string;

  constructor(file: string) {
    this.#file = file;
    this.#olderFile = `${file}.1`;
  }

  /** The file to be handed to the container. */
  open(): Promise<FileHandle> {
    return open(this.#file, 'a');
  }

  /** Keeps the log inside its bounds. What is written in the instant of cutting may be lost. */
  async trim(maxPartBytes = MAX_PART_BYTES): Promise<void> {
    const { size } = await stat(this.#file);
    if (size <= maxPartBytes) return;
    try {
      await writeFile(this.#olderFile, await readEnd(this.#file, maxPartBytes));
    } finally {
      // Also where the disk has no room for the older part: then room is what is needed most.
      await truncate(this.#file);
    }
  }

  /** The last lines, oldest first; none where there is no log. */
  async tail(lines: number): Promise<string[]> {
    if (lines <= 0) return [];
    const newest = splitLines(await readEnd(this.#file, MAX_TAIL_BYTES));
    if (newest.length >= lines) return newest.slice(-lines);
    const older = splitLines(await readEnd(this.#olderFile, MAX_TAIL_BYTES));
    return [...older, ...newest].slice(-lines);
  }
}

function splitLines(bytes: Buffer): string[] {
  const lines = bytes.toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** The last bytes of a file; nothing of one that is not there. */
async function readEnd(file: string, maxBytes: number): Promise<Buffer> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(Math.min(size, maxBytes));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, size - bytes.length);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
