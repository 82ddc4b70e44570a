import { type LogLine, LOG_STREAMS, type LogStream } from '../../../core/ports/logs.js';

/** A line with its stamp, which orders all lines ever written here. */
export interface StampedLine extends Pick<LogLine, 'at' | 'stream' | 'text'> {
  readonly stamp: number;
}

const BASE = 36;
const STREAMS: ReadonlySet<string> = new Set(LOG_STREAMS);
const LINE = /^(\S+) ([0-9a-z]+) (\S+) (.*)$/s;
/** Later times do not move the stamps, because their microseconds do not fit into a safe integer. */
const MAX_STAMPED_AT = Math.floor(Number.MAX_SAFE_INTEGER / 1000) - 1;

/**
 * Gives each line its stamp: at least the microseconds of its time, and more than any stamp before. Stamps therefore
 * identify and order lines over all logs and over restarts, and no line written after a moment has a stamp below that
 * moment.
 */
export class Stamps {
  #last: number;

  constructor(last: number) {
    this.#last = last;
  }

  /** The highest stamp so far. */
  get last(): number {
    return this.#last;
  }

  next(at: number): number {
    this.#last = Math.max(this.#last + 1, at <= MAX_STAMPED_AT ? at * 1000 : 0);
    return this.#last;
  }
}

/** Formats a line as in a file, without its end of line: time, stamp, stream, text. */
export function formatLine({ at, stamp, stream, text }: StampedLine): string {
  return `${new Date(at).toISOString()} ${formatStamp(stamp)} ${stream} ${text}`;
}

/** Parses a line; undefined if it is not a whole line. */
export function parseLine(line: string): StampedLine | undefined {
  const [, time = '', stamp = '', stream = '', text = ''] = LINE.exec(line) ?? [];
  const at = Date.parse(time);
  return Number.isNaN(at) || !STREAMS.has(stream)
    ? undefined
    : { at, stamp: parseInt(stamp, BASE), stream: stream as LogStream, text };
}

/** Formats a stamp as in files, file names and cursors. */
export function formatStamp(stamp: number): string {
  return stamp.toString(BASE);
}

/** Parses a stamp; undefined if the text is not a stamp. */
export function parseStamp(text: string): number | undefined {
  if (!/^[0-9a-z]{1,11}$/.test(text)) return undefined;
  const stamp = parseInt(text, BASE);
  return Number.isSafeInteger(stamp) ? stamp : undefined;
}
