import fs from 'node:fs';
import type { Readable } from 'node:stream';
import type { ObjectHead } from '../../../core/ports/objects.js';
import { failedWith, openFile, readAt } from './file-calls.js';

/**
 * The trailer of an object's file, which holds its metadata. One object is one file, so that content and metadata
 * appear together: the content, the trailer (JSON between two line ends), and a footer of 16 characters. The footer
 * marks the file as an object and tells the trailer's length:
 *
 *     hello world
 *     {"sizeBytes":11,"etag":"5eb63bbbe01eeed093cb22bb8f5acdc3","metadata":{}}
 *     ebbobj1 000004a
 */
export type Trailer = Omit<ObjectHead, 'modifiedAt'>;

const MAGIC = 'ebbobj1 ';
const LENGTH_DIGITS = 7;
const FOOTER_BYTES = MAGIC.length + LENGTH_DIGITS + 1;

/** The size of the first read at a file's end. The trailer fits into it unless the metadata is unusually long. */
const TAIL_BYTES = 1_024;

/** The largest file that is read whole, content and head in one call. */
const WHOLE_FILE_BYTES = 65 * 1_024;

/** The size of one read of a stream. */
const STREAM_BYTES = 512 * 1_024;

/** Formats the trailer and the footer that follow an object's content. */
export function formatTrailer(trailer: Trailer): Buffer {
  const json = Buffer.from(`\n${JSON.stringify(trailer)}\n`);
  const footer = `${MAGIC}${json.length.toString(16).padStart(LENGTH_DIGITS, '0')}\n`;
  return Buffer.concat([json, Buffer.from(footer)]);
}

/** An open object file. Its content stays the same even if the object is overwritten or deleted meanwhile. */
export class ObjectFile {
  constructor(
    private readonly fd: number,
    readonly head: ObjectHead,
    private readonly whole: Buffer | undefined,
  ) {}

  async read(position: number, length: number): Promise<Buffer> {
    return this.whole?.subarray(position, position + length) ?? readAt(this.fd, position, length);
  }

  /** Streams the content from `first` to `last`, both included. The stream closes the file. */
  stream(first: number, last: number): Readable {
    return fs.createReadStream('', { fd: this.fd, start: first, end: last, highWaterMark: STREAM_BYTES });
  }

  close(): void {
    // Synchronous, because closing a file that was only read has nothing to wait for.
    fs.closeSync(this.fd);
  }
}

/** Opens an object's file; undefined if there is no file, or if the file was not written by Ebb as an object. */
export async function openObjectFile(path: string): Promise<ObjectFile | undefined> {
  let fd: number;
  try {
    fd = await openFile(path, 'r');
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return undefined;
    throw error;
  }
  let file: ObjectFile | undefined;
  try {
    file = await readHead(fd);
  } finally {
    if (!file) fs.closeSync(fd);
  }
  return file;
}

async function readHead(fd: number): Promise<ObjectFile | undefined> {
  // Synchronous, because opening has just brought the inode into memory: a hop to a thread costs ten times more.
  const { size, mtimeMs } = fs.fstatSync(fd);
  const tailBytes = size <= WHOLE_FILE_BYTES ? size : TAIL_BYTES;
  let tail = await readAt(fd, size - tailBytes, tailBytes);
  const trailerBytes = trailerLength(tail);
  if (trailerBytes === undefined || trailerBytes + FOOTER_BYTES > size) return undefined;
  if (trailerBytes + FOOTER_BYTES > tail.length) {
    tail = await readAt(fd, size - trailerBytes - FOOTER_BYTES, trailerBytes + FOOTER_BYTES);
  }
  const start = tail.length - FOOTER_BYTES - trailerBytes;
  const trailer = JSON.parse(tail.toString('utf8', start, start + trailerBytes)) as Trailer;
  const head = { ...trailer, modifiedAt: Math.floor(mtimeMs) };
  return new ObjectFile(fd, head, tail.length === size ? tail.subarray(0, start) : undefined);
}

function trailerLength(tail: Buffer): number | undefined {
  const footer = tail.toString('latin1', Math.max(0, tail.length - FOOTER_BYTES));
  if (footer.length !== FOOTER_BYTES || !footer.startsWith(MAGIC)) return undefined;
  const length = Number.parseInt(footer.slice(MAGIC.length), 16);
  return Number.isNaN(length) ? undefined : length;
}
