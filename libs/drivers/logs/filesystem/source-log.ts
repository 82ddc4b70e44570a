import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogSource, LogStream } from '../../../core/ports/logs.js';
import type { LogLimits } from './log-limits.js';
import type { Segment } from './segment.js';
import { formatLine, formatStamp, type Stamps } from './stamped-line.js';

/** The longest time from a line to its write, so that many lines share one write. */
const FLUSH_AFTER_MS = 50;
/** The size at which lines are written at once, without waiting for more. */
const FLUSH_CHARACTERS = 256 * 1024;

/** The lines that wait to be written. */
interface Batch {
  text: string;
  /** The number of the source's lines that are lost if the batch cannot be written. */
  lines: number;
  lastAt: number;
  lastStamp: number;
}

const NOTHING: Readonly<Batch> = { text: '', lines: 0, lastAt: 0, lastStamp: 0 };

/** The part of a log that is on disk already. */
export interface FoundSegments {
  readonly segments: readonly Segment[];
  readonly lastStamp: number;
  /** Resolves when the folder may be written to; a folder of that name is being removed until then. */
  readonly cleared?: Promise<void>;
}

/**
 * One source's log: segments on disk, each named by the last stamp before it, and the lines that wait to be appended.
 * Writing never waits: if the disk is full or too slow, lines are dropped and counted, and the log says so where they
 * are missing.
 */
export class SourceLog {
  /** The number of writers that have the log open. */
  writers = 0;
  /** No writer has the log open and all lines are on disk, so it may be discarded. */
  hasEnded = false;
  /** The stamp of the last line that can be read; 0 if there is none. */
  writtenStamp: number;
  readonly source: LogSource;
  readonly folder: string;
  readonly #limits: LogLimits;
  readonly #stamps: Stamps;
  readonly #onWritten: (log: SourceLog) => void;
  readonly #cleared: Promise<void> | undefined;
  #segments: Segment[];
  #handle: FileHandle | undefined;
  #pending: Batch = { ...NOTHING };
  #dropped = { lines: 0, at: 0 };
  #timer: NodeJS.Timeout | undefined;
  /** The work on the log's files, one step after another. */
  #work: Promise<void> = Promise.resolve();
  /** The last queued step will write the lines that wait. */
  #isFlushing = false;

  constructor(
    { source, folder }: Pick<SourceLog, 'source' | 'folder'>,
    found: FoundSegments,
    limits: LogLimits,
    stamps: Stamps,
    onWritten: (log: SourceLog) => void,
  ) {
    this.source = source;
    this.folder = folder;
    this.#segments = [...found.segments];
    this.writtenStamp = found.lastStamp;
    this.#cleared = found.cleared;
    this.#limits = limits;
    this.#stamps = stamps;
    this.#onWritten = onWritten;
  }

  /** The segments as they are now, without lines that are appended later. */
  get segments(): readonly Segment[] {
    return this.#segments;
  }

  get sizeBytes(): number {
    return this.#segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** Tells whether the log has no line, on disk or waiting. */
  get isEmpty(): boolean {
    return this.#segments.length === 0 && this.#pending.lines === 0;
  }

  /** Takes one line, which contains no line feed. */
  write(stream: LogStream, text: string, at: number): void {
    if (this.#pending.text.length + text.length > this.#limits.bufferCharacters) {
      this.#dropped = { lines: this.#dropped.lines + 1, at };
      return;
    }
    this.#tellDropped();
    this.#add(stream, text, at, 1);
  }

  /** Resolves, and never rejects, when every line written so far can be read or has been dropped. */
  flush(): Promise<void> {
    if (this.#pending.lines > 0 && !this.#isFlushing) {
      this.#isFlushing = true;
      this.#work = this.#work.then(() => this.#writePending());
    }
    return this.#work;
  }

  /** Writes the lines that wait and closes the file, until more lines are written. */
  async close(): Promise<void> {
    await this.flush();
    this.#tellDropped();
    void this.flush();
    this.#work = this.#work.then(() => this.#letGo());
    return this.#work;
  }

  #add(stream: LogStream, text: string, at: number, lines: number): void {
    const stamp = this.#stamps.next(at);
    this.#pending.text += `${formatLine({ at, stamp, stream, text })}\n`;
    this.#pending.lines += lines;
    this.#pending.lastAt = at;
    this.#pending.lastStamp = stamp;
    if (this.#pending.text.length >= FLUSH_CHARACTERS) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), FLUSH_AFTER_MS).unref();
  }

  #tellDropped(): void {
    const { lines, at } = this.#dropped;
    if (lines === 0) return;
    this.#dropped = { lines: 0, at: 0 };
    const what = lines === 1 ? '1 line was' : `${lines} lines were`;
    this.#add('ebb', `${what} dropped here: the disk was full, or slower than the output.`, at, lines);
  }

  /**
   * Writes the lines that wait now, and none that arrive meanwhile; otherwise a flush would last as long as a writer
   * keeps writing.
   */
  async #writePending(): Promise<void> {
    this.#isFlushing = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#pending;
    this.#pending = { ...NOTHING };
    if (!(await this.#append(batch))) return;
    this.writtenStamp = batch.lastStamp;
    this.#onWritten(this);
    this.#tellDropped();
  }

  /**
   * Appends a batch, and tells whether it was written. A failed batch is dropped, because lines must not pile up while
   * the disk is full.
   */
  async #append({ text, lines, lastAt }: Batch): Promise<boolean> {
    try {
      const [handle, segment] = await this.#openSegment();
      const bytes = Buffer.from(text);
      try {
        await writeAt(handle, bytes, segment.sizeBytes);
      } catch (error) {
        await handle.truncate(segment.sizeBytes);
        throw error;
      }
      this.#segments = [...this.#segments.slice(0, -1), { ...segment, sizeBytes: segment.sizeBytes + bytes.length }];
      return true;
    } catch {
      this.#dropped = { lines: this.#dropped.lines + lines, at: lastAt };
      return false;
    }
  }

  /** Opens the segment to append to: the last one, or a new one if there is none or it is full. */
  async #openSegment(): Promise<[FileHandle, Segment]> {
    const last = this.#segments.at(-1);
    if (last && last.sizeBytes < this.#limits.segmentBytes) {
      this.#handle ??= await open(last.file, constants.O_RDWR);
      return [this.#handle, last];
    }
    await this.#handle?.close();
    this.#handle = undefined;
    await this.#cleared;
    await mkdir(this.folder, { recursive: true });
    const segment = { file: segmentFile(this.folder, this.writtenStamp), after: this.writtenStamp, sizeBytes: 0 };
    this.#handle = await open(segment.file, constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC);
    this.#segments = [...this.#segments, segment];
    await this.#discardOldest();
    return [this.#handle, segment];
  }

  async #letGo(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close().catch(() => {});
  }

  async #discardOldest(): Promise<void> {
    while (this.#segments.length > this.#limits.segments) {
      const [oldest, ...rest] = this.#segments;
      this.#segments = rest;
      await unlink(oldest!.file);
    }
  }
}

const SEGMENT_SUFFIX = '.log';

function segmentFile(folder: string, after: number): string {
  // Padded, so that a listing of the folder shows the segments in order.
  return join(folder, `${formatStamp(after).padStart(11, '0')}${SEGMENT_SUFFIX}`);
}

/** Returns the name of a segment from its file's name; undefined if the file is not a segment. */
export function segmentNameOf(file: string): string | undefined {
  return file.endsWith(SEGMENT_SUFFIX) ? file.slice(0, -SEGMENT_SUFFIX.length) : undefined;
}

async function writeAt(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
