import { Parser, type ReadEntry } from 'tar';
import { BadModelData } from './model-failure.js';
import { shown } from './model-paths.js';

/** A file or directory of an archive. */
export interface TarEntry {
  readonly kind: 'file' | 'directory';
  /**
   * The names on its path, none of them empty, `.` or `..`, but otherwise unchecked; no names for the archive's root.
   */
  readonly path: readonly string[];
  readonly sizeBytes: number;
  readonly executable: boolean;
  /** Must be read to its end before the promise of `onEntry` resolves. */
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * Reads a tar stream entry by entry, one after another. Raises `BadModelData` for anything but files and directories
 * with paths that stay inside. Links and devices are refused, not skipped, so that a model never lacks a file without
 * notice.
 */
export async function readTar(
  chunks: AsyncIterable<Buffer>,
  onEntry: (entry: TarEntry) => Promise<void>,
): Promise<void> {
  const reading = new TarReading(onEntry);
  try {
    for await (const chunk of chunks) await reading.write(chunk);
    await reading.end();
  } catch (error) {
    await reading.abandon(error as Error);
    throw error;
  }
}

/** Joins the parser, which is pushed into and has no promises, with the asynchronous handling of entries. */
class TarReading {
  readonly #parser = new Parser({ strict: true, brotli: false, zstd: false });
  #entries: Promise<void> = Promise.resolve();
  #current: ReadEntry | undefined;
  #failure: { readonly error: unknown } | undefined;
  #isEmpty = true;
  #ended = false;
  #wake: () => void = () => {};

  constructor(onEntry: (entry: TarEntry) => Promise<void>) {
    this.#parser.on('drain', () => this.#wake());
    this.#parser.on('end', () => {
      this.#ended = true;
      this.#wake();
    });
    this.#parser.on('error', (error) =>
      this.#fail(new BadModelData(`it is not a sound tar archive (${error.message})`)),
    );
    this.#parser.on('ignoredEntry', (entry) => this.#fail(new BadModelData(describeRefusal(entry))));
    this.#parser.on('entry', (entry) => {
      this.#current = entry;
      this.#entries = this.#entries.then(() => {
        this.#throwFailure();
        return onEntry(parseEntry(entry));
      });
      this.#entries.catch((error: unknown) => this.#fail(error));
    });
  }

  async write(chunk: Buffer): Promise<void> {
    this.#throwFailure();
    // The parser would decompress it once more on its own, without limits.
    if (this.#isEmpty && chunk[0] === 0x1f && chunk[1] === 0x8b) throw new BadModelData('it is compressed twice');
    this.#isEmpty = false;
    if (this.#parser.write(chunk)) return;
    await this.#woken();
  }

  async end(): Promise<void> {
    this.#parser.end();
    while (!this.#ended) await this.#woken();
    await this.#entries;
    this.#throwFailure();
  }

  /** Makes the current entry fail, and waits until its handling has ended. */
  async abandon(reason: Error): Promise<void> {
    this.#fail(reason);
    this.#current?.on('error', () => {});
    this.#current?.destroy(reason);
    await Promise.allSettled([this.#entries]);
  }

  async #woken(): Promise<void> {
    this.#throwFailure();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#throwFailure();
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake();
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

const KINDS: Readonly<Record<string, TarEntry['kind'] | undefined>> = {
  File: 'file',
  OldFile: 'file',
  ContiguousFile: 'file',
  Directory: 'directory',
};

function parseEntry(entry: ReadEntry): TarEntry {
  const kind = KINDS[entry.type];
  if (kind === undefined) throw new BadModelData(describeRefusal(entry));
  if (entry.path.startsWith('/')) throw new BadModelData(`the path ${shown(entry.path)} is absolute`);
  if (!Number.isSafeInteger(entry.size)) throw new BadModelData(`${shown(entry.path)} has no size`);
  const path = entry.path.split('/').filter((name) => name !== '' && name !== '.');
  if (path.includes('..')) throw new BadModelData(`the path ${shown(entry.path)} leads outside`);
  return { kind, path, sizeBytes: entry.size, executable: ((entry.mode ?? 0) & 0o111) !== 0, content: chunksOf(entry) };
}

/** Adapts the entry, whose stream type of the parser's own Node's streams do not recognise. */
async function* chunksOf(entry: ReadEntry): AsyncGenerator<Uint8Array, void, void> {
  yield* entry;
}

function describeRefusal(entry: ReadEntry): string {
  if (entry.meta) return `the header of ${shown(entry.path)} is too large`;
  return `${shown(entry.path)} is neither a file nor a directory but of type ${entry.type}`;
}
