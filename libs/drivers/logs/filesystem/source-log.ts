import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogSource, LogStream } from '../../../core/ports/logs.js';
import type { LogLimits } from './log-limits.js';
import type { Segment } from './segment.js';
import { formatLine, formatStamp, type Stamps } from './stamped-line.js';

/** What is written is in its file so soon: many lines share one write. */
const FLUSH_AFTER_MS = 50;
/** So much is written at once without waiting for more. */
const FLUSH_CHARACTERS = 256 * 1024;

/** What waits to be written. */
interface Batch {
  text: string;
  /** How many of the source's lines are lost with it if it cannot be written. */
  lines: number;
  lastAt: number;
  lastStamp: number;
}

const NOTHING: Readonly<Batch> = { text: '', lines: 0, lastAt: 0, lastStamp: 0 };

/** What there is of a log already. */
export interface FoundSegments {
  readonly segments: readonly Segment[];
  readonly lastStamp: number;
  /** Resolves when its folder may be written to; one of that name is being removed. */
  readonly cleared?: Promise<void>;
}

/**
 * One source's log: segments on disk, named by the last stamp before them, and what waits to be appended. Writing never
 * waits: when the disk is full or too slow, lines are dropped and counted, and the log says so where they are missing.
 */
export class SourceLog {
  /** How many writers have it open. */
  writers = 0;
  /** Nobody has it open, and all is on disk: it may be discarded. */
  hasEnded = false;
  /** The stamp of the last line that can be read, 0 where there is none. */
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
  /** What is done with its files, one thing after the other. */
  #work: Promise<void> = Promise.resolve();
  /** The last of that is to write what waits. */
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

  /** As they are now: what is appended later is not in them. */
  get segments(): readonly Segment[] {
    return this.#segments;
  }

  get sizeBytes(): number {
    return this.#segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** Nothing was ever written to it, or nothing is left. */
  get isEmpty(): boolean {
    return this.#segments.length === 0 && this.#pending.lines === 0;
  }

  /** One line, which has no line feed in it. */
  write(stream: LogStream, text: string, at: number): void {
    if (this.#pending.text.length + text.length > this.#limits.bufferCharacters) {
      this.#dropped = { lines: this.#dropped.lines + 1, at };
      return;
    }
    this.#tellDropped();
    this.#add(stream, text, at, 1);
  }

  /** Resolves, never rejects, when all that was written so far can be read or has been dropped. */
  flush(): Promise<void> {
    if (this.#pending.lines > 0 && !this.#isFlushing) {
      this.#isFlushing = true;
      this.#work = this.#work.then(() => this.#writePending());
    }
    return this.#work;
  }

  /** Writes what is left and lets go of the file, until more is written. */
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

  /** What waits now, and nothing that comes meanwhile: whoever flushes would wait for as long as somebody writes. */
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

  /** Whether it could be written. What could not is dropped: it must not pile up while the disk is full. */
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

  /** The segment to append to: the last one, or a new one when there is none or it is full. */
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
  // Padded, so that they are in order for whoever looks into the folder.
  return join(folder, `${formatStamp(after).padStart(11, '0')}${SEGMENT_SUFFIX}`);
}

/** What a file's name says of it as a segment; undefined for a file that is none. */
export function segmentNameOf(file: string): string | undefined {
  return file.endsWith(SEGMENT_SUFFIX) ? file.slice(0, -SEGMENT_SUFFIX.length) : undefined;
}

async function writeAt(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
