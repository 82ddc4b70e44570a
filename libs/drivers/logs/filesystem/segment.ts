import { open } from 'node:fs/promises';
import { parseLine, type StampedLine } from './stamped-line.js';

/** One file of a log: lines with rising stamps, all above `after`. */
export interface Segment {
  readonly file: string;
  readonly after: number;
  /** The size of the whole lines in the file. */
  readonly sizeBytes: number;
}

/** The size of one read: more than the longest line, whose characters have at most three bytes each. */
const CHUNK_BYTES = 256 * 1024;
const LINE_FEED = 0x0a;

/**
 * Returns the position at which to begin reading for lines above a stamp: the start of a line, close before the first
 * such line.
 */
export async function seek(segment: Segment, stamp: number): Promise<number> {
  let [low, high] = [0, segment.sizeBytes];
  if (segment.after >= stamp) return 0;
  while (high - low > CHUNK_BYTES) {
    const middle = low + Math.floor((high - low) / 2);
    const found = await firstLineAfter(segment, middle);
    if (found === undefined || found.start >= high || found.stamp > stamp) high = middle;
    else low = found.start;
  }
  return low;
}

async function firstLineAfter(
  segment: Segment,
  position: number,
): Promise<{ readonly start: number; readonly stamp: number } | undefined> {
  const bytes = await readBytes(segment, position, CHUNK_BYTES);
  for (let end = bytes.indexOf(LINE_FEED); end !== -1;) {
    const start = end + 1;
    end = bytes.indexOf(LINE_FEED, start);
    const line = end === -1 ? undefined : parseLine(bytes.toString('utf8', start, end));
    if (line) return { start: position + start, stamp: line.stamp };
  }
  return undefined;
}

/** Reads the lines from a position on, up to one piece of the file, and returns the position of the next piece. */
export async function readLines(
  segment: Segment,
  position: number,
): Promise<{ readonly lines: StampedLine[]; readonly next: number }> {
  const bytes = await readBytes(segment, position, CHUNK_BYTES);
  const end = bytes.lastIndexOf(LINE_FEED);
  // A piece without an end of line was not written by Ebb, so it is skipped.
  if (end === -1) return { lines: [], next: position + Math.max(bytes.length, 1) };
  return { lines: parseLines(bytes.toString('utf8', 0, end)), next: position + end + 1 };
}

/** Reads the last accepted lines of a segment, oldest first. */
export async function readLastLines(
  segment: Segment,
  count: number,
  accepts: (line: StampedLine) => boolean,
): Promise<StampedLine[]> {
  for (let length = CHUNK_BYTES; ; length *= 4) {
    const position = Math.max(0, segment.sizeBytes - length);
    const text = (await readBytes(segment, position, length)).toString('utf8');
    const whole = position === 0 ? text : text.slice(text.indexOf('\n') + 1);
    const lines = parseLines(whole).filter(accepts);
    if (lines.length >= count || position === 0) return lines.slice(-count);
  }
}

function parseLines(text: string): StampedLine[] {
  return text
    .split('\n')
    .map(parseLine)
    .filter((line) => line !== undefined);
}

/**
 * Reads a piece of the file. The file is opened for each piece: a page may span more logs than there may be open files,
 * and a discarded segment must not be kept on disk by an open handle.
 */
async function readBytes({ file, sizeBytes }: Segment, position: number, length: number): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, sizeBytes - position)));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, position);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
